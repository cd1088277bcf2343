import { fileURLToPath } from 'node:url';
import type { HookParameters } from 'astro';
import { withoutTrailingSlash } from '../../base/text.js';
import { isToolbarShown } from './astro-toolbar.js';
import { TOOLBAR_PATH } from './toolbar-state.js';

const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="#fff" ' +
  'stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round"><path d="M1.5 14.5h13M3 14.5v-11M13 ' +
  '14.5v-11M2 3.5h2.2V2h2.2v1.5h3.2V2h2.2v1.5H14M5.5 14.5V10a2.5 2.5 0 0 1 5 0v4.5"/></svg>';

/**
 * Adds Gatehouse to Astro's toolbar.
 *
 * @returns False when Astro's own toolbar is switched off.
 */
export function addToolbar(hook: HookParameters<'astro:config:setup'>): boolean {
  const { config, addDevToolbarApp, injectRoute, updateConfig } = hook;
  if (!isToolbarShown(config)) return false;
  const entrypoint = new URL('./client/app.js', import.meta.url);
  addDevToolbarApp({ id: 'astro-gatehouse', name: 'Gatehouse', icon: ICON, entrypoint });
  injectRoute({ pattern: TOOLBAR_PATH, entrypoint: new URL('./endpoint.js', import.meta.url), prerender: false });
  const slash = config.trailingSlash === 'always' ? '/' : '';
  const address = `${withoutTrailingSlash(config.base)}${TOOLBAR_PATH}${slash}`;
  updateConfig({ vite: { define: { 'import.meta.env.GATEHOUSE_TOOLBAR': JSON.stringify(address) } } });
  return true;
}

/**
 * Returns the source of a module with the factory of the toolbar. Without a toolbar nothing of it is loaded or bundled.
 */
export function toolbarSource(hasToolbar: boolean): string {
  if (!hasToolbar) return 'export const makeToolbar = undefined;';
  const module = fileURLToPath(new URL('./make-toolbar.js', import.meta.url));
  return `export { makeToolbar } from ${JSON.stringify(module)};`;
}
