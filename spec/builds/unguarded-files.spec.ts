import { afterEach, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { HookedProject } from '../support/hooked-project.js';
import { siteConfig } from '../support/made-site.js';

let app: App | undefined;
let server: Server | undefined;

afterEach(async () => {
  await server?.stop();
  app?.remove();
  server = undefined;
  app = undefined;
});

const PRERENDERED = '---\nexport const prerender = true;\n---\n<h1>made once for all</h1>';
const WITH_PARAMETER = PRERENDERED.replace(
  '---\n<h1>',
  'export const getStaticPaths = () => [{ params: { page: "one" } }];\n---\n<h1>',
);
/** Prerendered pages, and files of its own in the public folder. */
const FILES = {
  'src/pages/reports/yearly.astro': PRERENDERED,
  'src/pages/docs/[page].astro': WITH_PARAMETER,
  'src/pages/papers/[page].astro': WITH_PARAMETER,
  'src/pages/open/[page].astro': guarded(WITH_PARAMETER, `'public'`),
  'src/pages/enter.astro': PRERENDERED,
  'src/pages/404.astro': PRERENDERED,
  'public/reports/numbers (1).csv': '1,2,3',
  'public/favicon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
};

function guarded(page: string, guard: string): string {
  return page.replace('---', `---\nexport const guard = ${guard};`);
}

/** @param setup Options of the setup module, where there is one. */
function siteWith(options: string, setup?: string): App {
  app = App.create('spec/apps/empty', {
    'astro.config.mjs': siteConfig(options),
    ...FILES,
  });
  const source = `import { defineGatehouse } from 'astro-gatehouse/server'; export default defineGatehouse(${setup});`;
  if (setup) app.write({ 'src/gatehouse.ts': source });
  return app;
}

describe('A rule for files that are served without middleware', () => {
  /** Pages whose paths are known only when they are made: of one route by the config, of another by the setup module. */
  const overParameters = () =>
    siteWith(
      `{ protect: [{ pattern: '/docs/one' }] }`,
      `{ protect: [{ pattern: '/papers/one', role: 'reader' }] }`,
    ).astro('build');
  /** What is known as soon as the site is bundled: rules of the setup module, and guards of pages. */
  const overFiles = () => {
    const site = siteWith(
      `{ protect: [{ pattern: '/members' }] }`,
      `{ protect: [{ pattern: '/reports/**', role: 'auditor' }] }`,
    );
    site.write({
      'src/pages/docs/[page].astro': guarded(WITH_PARAMETER, `{ role: 'reader' }`),
      'src/pages/enter.astro': guarded(PRERENDERED, `'public'`),
    });
    return site.astro('build');
  };
  /** Nothing of it covers what was made. */
  const harmless = () =>
    siteWith(`{ protect: [{ pattern: '/members' }, { pattern: '/docs/two' }, { pattern: '/open/**' }] }`).astro(
      'build',
    );

  it('stops the build with the page, the file, the rule and the alternatives', async () => {
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
    const { code, output } = await overParameters();
    expect(code).not.toBe(0);
    expect(output).toContain('/docs/one (src/pages/docs/[page].astro): protect[0] of astro.config, /docs/one');
  });

  it('allows a page with parameters that is not prerendered for the covered paths', async () => {
    const { code, output } = await harmless();
    expect([code, output.includes('/docs/one (')]).toEqual([0, false]);
  });

  it('stops the build when everything is protected, except for login page, error pages and public files', async () => {
    const project = HookedProject.create(FILES);
    const { code, output } = await project.build({ loginPath: '/enter', globalProtect: true, exclude: ['/docs/**'] });
    project.remove();
    expect(code).not.toBe(0);
    expect(output).toContain('/reports/yearly (src/pages/reports/yearly.astro): globalProtect');
    for (const open of ['/docs/', '/enter (', '/404 (', 'favicon']) expect(output).not.toContain(open);
  });

  it('stops the build when it is in the setup module', async () => {
    const { code, output } = await overParameters();
    expect(code).not.toBe(0);
    expect(output).toContain(
      '/papers/one (src/pages/papers/[page].astro): protect[0] of src/gatehouse.ts, /papers/one (role reader)',
    );
  });

  it('stops the build when it is in the setup module and covers static pages and public files', async () => {
    const { code, output } = await overFiles();
    expect(code).not.toBe(0);
    expect(output).toContain(
      '/reports/yearly (src/pages/reports/yearly.astro): protect[0] of src/gatehouse.ts, /reports/** (role auditor)',
    );
    expect(output).toContain(
      '/reports/numbers (1).csv (public/reports/numbers (1).csv): protect[0] of src/gatehouse.ts',
    );
  });

  it('stops the build when it is the guard of the page itself', async () => {
    const { code, output } = await overFiles();
    expect(code).not.toBe(0);
    expect(output).toContain(
      '/docs/[page] (src/pages/docs/[page].astro): guard of src/pages/docs/[page].astro: role reader',
    );
    expect(output).not.toContain('/enter (');
  });

  it('allows a page that its own guard makes public', async () => {
    const { code, output } = await harmless();
    expect([code, output.includes('/open/one (')]).toEqual([0, false]);
  });

  it('causes only a warning when that is configured', async () => {
    const outcome = await siteWith(`{ prerendered: 'warn', protect: [{ pattern: '/reports/**' }] }`).astro('build');
    expect(outcome.code).toBe(0);
    expect(outcome.output).toContain('/reports/yearly (src/pages/reports/yearly.astro): protect[0]');
    server = await app?.serve();
    expect((await new Browser(server as Server).get('/reports/yearly/')).text).toContain('made once for all');
  });

  it('allows pages that are rendered on demand', async () => {
    const { code, output } = await harmless();
    expect([code, output.includes('/members (')]).toEqual([0, false]);
  });
});
