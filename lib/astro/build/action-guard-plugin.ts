import type { Plugin } from 'vite';

/**
 * Match the module ids to which Astro resolves `astro:actions` and the list of the site's actions.
 *
 * @see node_modules/astro/dist/actions/consts.js
 */
const API = /^\0astro:actions$/;
const ENTRY = /^\0virtual:astro:actions\/entrypoint$/;
const LIST = /^\s*export \{ server \} from (".*");?\s*$/;

/**
 * Makes every action of the site call the guard, because pages, endpoints and middlewares can run actions without a
 * request of their own, with `Astro.callAction`.
 *
 * @param guardedActions The module that wraps the actions.
 */
export function actionGuard(guardedActions: string): Plugin {
  const from = `from ${JSON.stringify(guardedActions)};`;
  return {
    name: 'astro-gatehouse:actions',
    applyToEnvironment: ({ name }) => name !== 'client',
    transform: {
      filter: { id: [API, ENTRY] },
      handler(code, id) {
        if (API.test(id)) return { code: `${code}\nexport { defineAction } ${from}`, map: null };
        const [, own] = LIST.exec(code) ?? [];
        if (!own)
          return this.error(
            `astro-gatehouse cannot guard the actions of this version of Astro, which lists them as: ${code}`,
          );
        const lines = [`import { server as own } from ${own};`, `import { guardedActions } ${from}`];
        return { code: [...lines, 'export const server = guardedActions(own);'].join('\n'), map: null };
      },
    },
  };
}
