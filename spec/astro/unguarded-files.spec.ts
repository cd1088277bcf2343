import { afterEach, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';

let app: App | undefined;
let server: Server | undefined;

afterEach(async () => {
  await server?.stop();
  app?.remove();
  server = undefined;
  app = undefined;
});

/** An application with prerendered pages, and files of its own in the public folder. */
function siteWith(options: string): App {
  const prerendered = '---\nexport const prerender = true;\n---\n<h1>made once for all</h1>';
  app = App.create('spec/apps/empty', {
    'astro.config.mjs': `
      import node from '@astrojs/node';
      import { defineConfig } from 'astro/config';
      import gatehouse from 'astro-gatehouse';
      export default defineConfig({
        output: 'server',
        adapter: node({ mode: 'standalone' }),
        integrations: [gatehouse(${options})],
      });`,
    'src/pages/reports/yearly.astro': prerendered,
    'src/pages/docs/[page].astro': prerendered.replace(
      '---\n<h1>',
      'export const getStaticPaths = () => [{ params: { page: "one" } }];\n---\n<h1>',
    ),
    'src/pages/enter.astro': prerendered,
    'src/pages/404.astro': prerendered,
    'public/reports/numbers (1).csv': '1,2,3',
    'public/favicon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  });
  return app;
}

describe('A rule over what is served without any middleware', () => {
  it('stops the build, and names page, file, rule and the ways out', async () => {
    const { code, output } = await siteWith(
      `{ protect: [{ pattern: '/members' }, { pattern: '/reports/**', role: 'auditor' }] }`,
    ).astro('build');
    expect(code).not.toBe(0);
    expect(output).toContain(
      '/reports/yearly (src/pages/reports/yearly.astro): protect[1] of astro.config, /reports/** (role auditor)',
    );
    expect(output).toContain('/reports/numbers (1).csv (public/reports/numbers (1).csv): protect[1]');
    expect(output).toContain('export const prerender = false');
    expect(output).toContain("prerendered: 'warn'");
    expect(output).not.toContain('favicon.svg');
  });

  it('stops the build when the page has parameters', async () => {
    const { code, output } = await siteWith(`{ protect: [{ pattern: '/docs/one' }] }`).astro('build');
    expect(code).not.toBe(0);
    expect(output).toContain('/docs/one (src/pages/docs/[page].astro): protect[0] of astro.config, /docs/one');
  });

  it('does not mind a page with parameters that is not made for the paths it covers', async () => {
    const { code } = await siteWith(`{ protect: [{ pattern: '/docs/two' }] }`).astro('build');
    expect(code).toBe(0);
  });

  it('stops the build when everything is protected, but for the login page, error pages and public files', async () => {
    const { code, output } = await siteWith(
      `{ loginPath: '/enter', globalProtect: true, exclude: ['/docs/**'] }`,
    ).astro('build');
    expect(code).not.toBe(0);
    expect(output).toContain('/reports/yearly (src/pages/reports/yearly.astro): globalProtect');
    for (const open of ['/docs/', '/enter (', '/404 (', 'favicon']) expect(output).not.toContain(open);
  });

  it('stops the build when it stands in the setup module', async () => {
    const site = siteWith('{}');
    site.write({
      'src/gatehouse.ts': `
        import { defineGatehouse } from 'astro-gatehouse/server';
        export default defineGatehouse({ protect: [{ pattern: '/docs/one', role: 'reader' }] });`,
    });
    const { code, output } = await site.astro('build');
    expect(code).not.toBe(0);
    expect(output).toContain(
      '/docs/one (src/pages/docs/[page].astro): protect[0] of src/gatehouse.ts, /docs/one (role reader)',
    );
  });

  it('stops the build when it stands in the setup module and covers pages without parameters and public files', async () => {
    const site = siteWith(`{ protect: [{ pattern: '/members' }] }`);
    site.write({
      'src/gatehouse.ts': `
        import { defineGatehouse } from 'astro-gatehouse/server';
        export default defineGatehouse({ protect: [{ pattern: '/reports/**', role: 'auditor' }] });`,
    });
    const { code, output } = await site.astro('build');
    expect(code).not.toBe(0);
    expect(output).toContain(
      '/reports/yearly (src/pages/reports/yearly.astro): protect[0] of src/gatehouse.ts, /reports/** (role auditor)',
    );
    expect(output).toContain(
      '/reports/numbers (1).csv (public/reports/numbers (1).csv): protect[0] of src/gatehouse.ts',
    );
  });

  it('stops the build when it is the guard of the page itself', async () => {
    const site = siteWith('{}');
    site.rewrite('src/pages/docs/[page].astro', (text) =>
      text.replace('---', `---\nexport const guard = { role: 'reader' };`),
    );
    site.rewrite('src/pages/enter.astro', (text) => text.replace('---', `---\nexport const guard = 'public';`));
    const { code, output } = await site.astro('build');
    expect(code).not.toBe(0);
    expect(output).toContain(
      '/docs/[page] (src/pages/docs/[page].astro): guard of src/pages/docs/[page].astro: role reader',
    );
    expect(output).not.toContain('/enter (');
  });

  it('does not mind a page that its own guard opens', async () => {
    const site = siteWith(`{ protect: [{ pattern: '/docs/**' }] }`);
    site.rewrite('src/pages/docs/[page].astro', (text) => text.replace('---', `---\nexport const guard = 'public';`));
    expect((await site.astro('build')).code).toBe(0);
  });

  it('is a warning when that is asked for', async () => {
    const outcome = await siteWith(`{ prerendered: 'warn', protect: [{ pattern: '/reports/**' }] }`).astro('build');
    expect(outcome.code).toBe(0);
    expect(outcome.output).toContain('/reports/yearly (src/pages/reports/yearly.astro): protect[0]');
    server = await app?.serve();
    expect((await new Browser(server as Server).get('/reports/yearly/')).text).toContain('made once for all');
  });

  it('does not mind pages that are made on demand', async () => {
    const { code } = await siteWith(`{ protect: [{ pattern: '/members' }] }`).astro('build');
    expect(code).toBe(0);
  });
});
