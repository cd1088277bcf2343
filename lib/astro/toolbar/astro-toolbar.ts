import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroConfig } from 'astro';

/**
 * Checks whether Astro shows its toolbar: `devToolbar.enabled` of the config, and `astro preferences disable
 * devToolbar` of the project, or otherwise of the machine.
 *
 * @see node_modules/astro/dist/preferences/index.js
 */
export function isToolbarShown({ devToolbar, root }: Pick<AstroConfig, 'devToolbar' | 'root'>): boolean {
  if (!devToolbar.enabled) return false;
  const ofProject = preferenceIn(fileURLToPath(new URL('.astro', root)));
  return (ofProject ?? preferenceIn(globalFolder()) ?? true) !== false;
}

function preferenceIn(folder: string): unknown {
  try {
    const settings: unknown = JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8'));
    return (settings as { devToolbar?: { enabled?: unknown } } | null)?.devToolbar?.enabled;
  } catch {
    return undefined;
  }
}

function globalFolder(): string {
  const { APPDATA = join(homedir(), 'AppData', 'Roaming'), XDG_CONFIG_HOME = join(homedir(), '.config') } = process.env;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Preferences', 'astro');
  return process.platform === 'win32' ? join(APPDATA, 'astro', 'Config') : join(XDG_CONFIG_HOME, 'astro');
}
