import { App } from './app.js';
import { siteConfig } from './made-site.js';

/** An application whose setup module has the options that GATEHOUSE_VARIANT names when the server starts: none at build. */
export function settledAtStart(): App {
  return App.create('spec/apps/empty', {
    'astro.config.mjs': siteConfig(`{ loginPath: '/login', protect: [{ pattern: '/members' }] }`),
    'src/gatehouse.ts': `
      import { defineGatehouse } from 'astro-gatehouse/server';

      const nobody = () => false;
      const variants = {
        plain: {},
        'unknown key': { protect: [{ pattern: '/a', roles: 'admin' }] },
        'given twice': { loginPath: '/enter' },
        'named store': { session: { store: 'redis' } },
        rules: { protect: [{ pattern: '/members', allow: nobody }, { pattern: '/', allow: nobody }] },
      };
      export default defineGatehouse(variants[process.env.GATEHOUSE_VARIANT ?? 'plain']);`,
  });
}
