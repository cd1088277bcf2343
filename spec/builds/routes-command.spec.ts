import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { SavedReport } from '../../lib/astro/report/build-channel.js';
import type { App, Outcome } from '../support/app.js';
import { guarded, madeSite, PAGE, prerendered, setup } from '../support/made-site.js';

let app: App | undefined;

afterEach(() => {
  app?.remove();
  app = undefined;
});

/** Removed when the spec is over. */
function siteWith(...site: Parameters<typeof madeSite>): App {
  app = madeSite(...site);
  return app;
}

async function listOf(site: App): Promise<string> {
  const { code, output } = await site.gatehouse('routes', '--json');
  if (code !== 0) throw new Error(output);
  return output;
}

const linesOf = ({ entries }: SavedReport) =>
  entries.map(({ kind, path, who, by, methods = [] }) => [kind, path, ...methods, who, by].join(' | '));

describe('astro-gatehouse routes', () => {
  const SITE: [string, Record<string, string>, string] = [
    `{ protect: [
      { pattern: '/team', methods: ['POST'], role: 'editor' },
      { action: 'admin.*', role: 'admin' },
      { island: 'Secret' },
      { pattern: '/soon', enforce: false },
    ] }`,
    {
      ...setup(`{ protect: [{ pattern: '/users/me', permission: 'see' }], access: { check: () => true } }`),
      'src/pages/team.astro': `---\nimport Secret from '../components/Secret.astro';\n---\n<Secret server:defer />`,
      'src/components/Secret.astro': PAGE,
      'src/pages/users/[id].astro': PAGE,
      'src/pages/soon.astro': PAGE,
      'src/pages/boss.ts': `export const guard = { role: 'boss', allow: () => true };\nexport const GET = () => new Response();`,
      'src/pages/terms.astro': prerendered(PAGE),
      'src/actions/index.ts': `
        import { defineAction } from 'astro:actions';
        const action = defineAction({ handler: () => 1 });
        export const server = { like: action, admin: { users: { ban: action } } };`,
      'public/robots.txt': '',
    },
    `redirects: { '/old': '/soon' }, base: '/site', trailingSlash: 'always',`,
  ];

  let listed: string | undefined;

  it('lists who may access each route and why, without changing the build output', async () => {
    const site = siteWith(...SITE);
    site.write({ 'dist/kept.txt': 'kept' });
    listed = await listOf(site);
    const report: SavedReport = JSON.parse(listed);
    expect(linesOf(report)).toEqual([
      'page | / | everybody | –',
      'endpoint | /_image | everybody | –',
      'endpoint | /boss | role boss and allow() | guard of src/pages/boss.ts',
      'redirect | /old | everybody | –',
      'file | /robots.txt | everybody (served as a file) | –',
      'page | /soon | would be: signed in | protect[3] of astro.config',
      'page | /soon | everybody | –',
      'page | /team | POST | role editor | protect[0] of astro.config',
      'page | /team | everybody | –',
      'page | /terms | everybody (served as a file) | –',
      'page | /users/[id] | permissions see | protect[0] of src/gatehouse.ts',
      'page | /users/[id] | everybody | –',
      'island | Secret | signed in | protect[2] of astro.config',
      'action | admin.users.ban | role admin | protect[1] of astro.config',
      'action | like | everybody | –',
    ]);
    expect(report.notes).toEqual(['access.check decides every rule alone']);
    expect(report.entries.find(({ path }) => path === '/boss')?.file).toBe('src/pages/boss.ts');
    expect(readFileSync(join(site.folder, 'dist/kept.txt'), 'utf8')).toBe('kept');
    const own = ['astro.config.mjs', 'dist', 'package.json', 'public', 'src'];
    expect(readdirSync(site.folder).filter((name) => name !== 'node_modules')).toEqual(own);
  });

  it('prints a table, or only public routes, and can compare itself with a saved list', async () => {
    const site = siteWith(...SITE);
    const table = await site.gatehouse('routes');
    expect(table.code).toBe(0);
    expect(table.output).toMatch(/^PATH +KIND +WHO +BY\n\/ +page +everybody +–\n/);

    const saved = listed ?? (await listOf(site));
    const all: SavedReport = JSON.parse(saved);
    const open = { ...all, entries: all.entries.filter(({ who }) => who.startsWith('everybody')) };
    expect(open.entries.length).toBeLessThan(all.entries.length);
    site.write({ 'saved.json': saved, 'open.json': JSON.stringify(open), 'other.json': '{}' });
    expect(await site.gatehouse('routes', '--public', '--check', 'open.json')).toEqual({
      code: 0,
      output: 'Who may see what matches open.json.\n',
    });
    site.rewrite('src/pages/boss.ts', (text) => text.replace('boss', 'chief'));
    site.write({ 'src/pages/new.astro': PAGE });
    const { code, output } = await site.gatehouse('routes', '--check', 'saved.json');
    expect(code).toBe(1);
    expect(output.split('\n').slice(1, 4)).toEqual([
      '- endpoint /boss: role boss and allow() (guard of src/pages/boss.ts)',
      '+ endpoint /boss: role chief and allow() (guard of src/pages/boss.ts)',
      '+ page /new: everybody (–)',
    ]);
    const wrong = await site.gatehouse('routes', '--check', 'other.json');
    expect([wrong.code, wrong.output.includes('other.json is not a saved report')]).toEqual([2, true]);
  });

  /** A site whose code prints something, and that an integration of its own adds a page to. */
  function loudSite(): App {
    const site = siteWith(`(console.log('a loud config'), {})`, {
      ...setup(`(console.log('a loud setup'), {})`),
      'node_modules/pages-package/package.json': '{ "name": "pages-package" }',
      'node_modules/pages-package/page.astro': guarded(`{ role: 'boss' }`),
    });
    const brought = `{ name: 'brought', hooks: { 'astro:config:setup': ({ injectRoute }) =>
      injectRoute({ pattern: '/brought', entrypoint: 'pages-package/page.astro' }) } }`;
    site.rewrite('astro.config.mjs', (text) => text.replace('integrations: [', `integrations: [${brought}, `));
    return site;
  }

  let loudRoutes: Promise<Outcome> | undefined;

  /** What `routes --json` prints of it: the answer, and what went to stderr. */
  async function routesOfLoudSite(site?: App): Promise<[answer: string, rest: string]> {
    loudRoutes ??= (site ?? loudSite()).gatehouse('routes', '--json');
    return divided(await loudRoutes);
  }

  function divided({ output }: Outcome): [string, string] {
    const [answer = '', rest = ''] = output.split(/^(?=a loud config$)/m);
    return [answer, rest];
  }

  it('prints only its answer to stdout, whatever the code of the project prints', async () => {
    const site = loudSite();
    const [routes, besides] = await routesOfLoudSite(site);
    const [found, besidesThat] = divided(await site.gatehouse('doctor', '--json'));
    expect(Object.keys(JSON.parse(routes))).toContain('entries');
    expect(Object.keys(JSON.parse(found))).toContain('findings');
    for (const rest of [besides, besidesThat]) expect(rest).toContain('a loud config');
  });

  it('includes the guards of pages that integrations add', async () => {
    const [report] = await routesOfLoudSite();
    expect(linesOf(JSON.parse(report))).toContain('page | /brought | role boss | guard of pages-package/page.astro');
  });

  it('reports what it could not determine, and that the list is incomplete', async () => {
    const files = {
      ...setup('{}', `throw new Error('no database here');`),
      'src/actions.ts': `throw new Error('no key'); export const server = {};`,
    };
    const { code, output } = await siteWith(`{ protect: [{ action: 'like' }] }`, files).gatehouse('routes');
    expect(code).toBe(2);
    expect(output).toContain('src/gatehouse.ts could not be loaded, and its rules are missing: no database here');
    expect(output).toContain('the actions could not be loaded, and are missing: no key');
  });

  it.each([
    [['routes', '--jsom'], 'The options are'],
    [['routes', '--root', 'nowhere'], 'name its folder with --root'],
    [['doctors'], 'write routes'],
  ])('rejects the arguments %j with the cure', async (args, cure) => {
    const { code, output } = await siteWith('{}').gatehouse(...args);
    expect([code, output.includes(cure)]).toEqual([2, true]);
  });

  it('reports why it fails: an invalid config, or one without the integration', async () => {
    const wrong = await siteWith('{ protct: [] }').gatehouse('routes');
    expect([wrong.code, wrong.output.includes('did you mean protect?')]).toEqual([2, true]);
    app?.write({ 'astro.config.mjs': 'export default {};' });
    const without = await app?.gatehouse('routes');
    expect(without?.output).toContain('gatehouse() is not among the integrations');
    expect([without?.code, existsSync(join((app as App).folder, 'dist'))]).toEqual([2, false]);
  });
});
