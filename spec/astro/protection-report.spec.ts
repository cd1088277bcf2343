import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { App, Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { guarded, madeSite, PAGE, prerendered, setup } from '../support/made-site.js';

let app: App | undefined;
let server: Server | undefined;

afterEach(async () => {
  await server?.stop();
  app?.remove();
  server = undefined;
  app = undefined;
});

/** Removed when the spec is over. */
function siteWith(...site: Parameters<typeof madeSite>): App {
  app = madeSite(...site);
  return app;
}

describe('A rule that does nothing', () => {
  const OPTIONS = `protect: [{ pattern: '/' }, { pattern: '/acount', role: 'x' }, { pattern: '/old' }]`;
  const MORE = `redirects: { '/old': '/new' },`;

  it('is warned of with the place where it stands', async () => {
    const site = siteWith(`{ ${OPTIONS} }`, setup(`{ protect: [{ pattern: '/', role: 'y' }] }`), MORE);
    const { code, output } = await site.astro('build');
    expect(code).toBe(0);
    expect(output).toContain('protect[1] of astro.config, /acount (role x), is never asked: nothing of the site');
    expect(output).toContain('protect[2] of astro.config, /old (signed in), is never asked: only the redirect /old');
    expect(output).toContain(
      'protect[0] of src/gatehouse.ts, / (role y), is never asked: protect[0] of astro.config, / (signed in), stands before it',
    );
  });

  it('stops the build where warnings are errors', async () => {
    const { code, output } = await siteWith(`{ strict: true, ${OPTIONS} }`, {}, MORE).astro('build');
    expect(code).not.toBe(0);
    expect(output).toContain('protect[1] of astro.config, /acount (role x)');
  });

  it('is not what the rules of another class may be', async () => {
    const rules = `{ protect: [{ pattern: '/b' }], services: (services) => services.override(AccessRules, Mine) }`;
    const files = setup(
      rules,
      `import { AccessRules } from 'astro-gatehouse/server'; class Mine extends AccessRules {}`,
    );
    const { code, output } = await siteWith('{ strict: true }', files).astro('build');
    expect([code, output.includes('never asked')]).toEqual([0, false]);
  });
});

describe('A rule that can only be a mistake', () => {
  const PAGES = { 'src/pages/users/[id].astro': PAGE, 'src/pages/Team/index.astro': PAGE };

  it.each([
    ['astro.config', `{ protect: [{ pattern: '/users/:id' }] }`, {}],
    ['the setup module', '{ strict: false }', setup(`{ protect: [{ pattern: '/users/:id' }] }`)],
  ])(
    'stops a build and a development server when it is in the notation of another router: %s',
    async (_, options, files) => {
      const site = siteWith(options, { ...PAGES, ...files });
      const built = await site.astro('build');
      const cure = 'write "/users/[id]"';
      if (options.includes(':id')) {
        expect(built.code).not.toBe(0);
        expect((await site.astro(['dev', '--port', '0'])).output).toContain(cure);
      }
      expect(built.output).toContain(cure);
    },
  );

  it('stops a build, and what routes and doctor say, when what was meant is there', async () => {
    const protect = `[{ pattern: '/team/**' }, { pattern: '/site/users/*' }, { pattern: '/src/pages/Team/index.astro' },
      { action: 'like' }, { pattern: '/proxied/**' }]`;
    const actions = `import { defineAction } from 'astro:actions';
      export const server = { dislike: defineAction({ handler: () => 1 }) };`;
    const files = { ...PAGES, 'src/actions/index.ts': actions };
    const { code, output } = await siteWith(`{ protect: ${protect} }`, files, `base: '/site',`).astro('build');
    expect(code).not.toBe(0);
    expect(output).toContain(
      'protect[0] of astro.config, /team/** (signed in), matches nothing as it is written: write "/Team/**"',
    );
    expect(output).toContain('write "/users/*"');
    expect(output).toContain('protect[2] of astro.config, /src/pages/Team/index.astro (signed in), matches nothing');
    expect(output).toContain('/_actions/like (signed in), names no action of the site: there are dislike');
    expect(output).not.toContain('/proxied');
    const doctor = JSON.parse((await (app as App).gatehouse('doctor', '--json')).output);
    expect(JSON.stringify(doctor)).toContain('MISTAKEN_RULES');
    // What a build stops for is said beside the report, and not in it.
    const [report = '', stops] = (await (app as App).gatehouse('routes', '--json')).output.split(
      'A build stops here: ',
    );
    expect(stops).toContain('write "/Team/**"');
    expect(JSON.parse(report).entries.filter(({ by }: { by: string }) => by.startsWith('protect'))).toEqual([]);
  });
});

describe('A protected route in the route cache', () => {
  const CACHE = `cache: { provider: memoryCache() }, routeRules: { '/[...all]': { maxAge: 60 } },`;

  it.each([
    [`{ protect: [{ pattern: '/team', role: 'x' }] }`, PAGE, 'protect[0] of astro.config (role x)'],
    ['{}', guarded(`'user'`), 'guard of src/pages/team.astro (signed in)'],
  ])('stops the build: %s', async (options, page, protectedBy) => {
    const { code, output } = await siteWith(options, { 'src/pages/team.astro': page }, CACHE).astro('build');
    expect(code).not.toBe(0);
    expect(output).toContain(`/team: ${protectedBy}, and routeRules['/[...all]']`);
  });

  it('is none where nothing is cached', async () => {
    const site = siteWith(`{ protect: [{ pattern: '/' }] }`, {}, `routeRules: { '/': { maxAge: 60 } },`);
    expect((await site.astro('build')).code).toBe(0);
  });
});

describe('A guard beside a page', () => {
  it.each([
    [
      'src/pages/team.astro',
      `{ rol: 'x' }`,
      'guard of src/pages/team.astro: rol: no such key of a guard; did you mean role?',
    ],
    ['src/pages/team.astro', `'users'`, `guard of src/pages/team.astro: cannot be 'users'`],
    ['src/pages/404.astro', `'user'`, 'guard of src/pages/404.astro: error pages are for everybody'],
  ])('stops the build where it is wrong: %s, %s', async (file, guard, problem) => {
    const { code, output } = await siteWith('{}', { [file]: guarded(guard) }).astro('build');
    expect(code).not.toBe(0);
    expect(output).toContain(problem);
  });
});

describe('A setup module that cannot be loaded at build', () => {
  const BROKEN = setup('{}', `throw new Error('no database here');`);

  it('is warned of where every page is made on demand', async () => {
    const { code, output } = await siteWith('{}', BROKEN).astro('build');
    expect(code).toBe(0);
    expect(output).toContain('src/gatehouse.ts could not be loaded while the site was built: no database here');
  });

  it('stops the build where pages are prerendered', async () => {
    const files = { ...BROKEN, 'src/pages/terms.astro': prerendered(PAGE) };
    const { code, output } = await siteWith('{}', files).astro('build');
    expect(code).not.toBe(0);
    expect(output).toContain('src/gatehouse.ts could not be loaded while the site was built: no database here');
  });

  it.each([
    ['ends the process', 'process.exit(3);', 'it ended the process with code 3'],
    ['never comes to an end', 'await new Promise(() => setInterval(() => {}, 1000));', 'not loaded within 10 seconds'],
  ])('does not stop or hold up a build when it %s', async (_, before, reason) => {
    const { code, output } = await siteWith('{}', setup('{}', before)).astro('build');
    expect([code, output.includes(reason)]).toEqual([0, true]);
  });

  it('may have options that only the server can tell to be right, unless warnings are errors', async () => {
    const files = setup('{ session: { idleTimeout: Number(process.env.IDLE) } }');
    const { code, output } = await siteWith('{}', files).astro('build');
    expect([code, output.includes('session.idleTimeout: must be more than 0 seconds')]).toEqual([0, true]);
    app?.rewrite('astro.config.mjs', (text) => text.replace('gatehouse({})', 'gatehouse({ strict: true })'));
    expect((await app?.astro('build'))?.code).not.toBe(0);
    expect((await app?.astro('build', { IDLE: '60' }))?.code).toBe(0);
  });

  it('may need on the server what a build has not: services are made when the server starts', async () => {
    const services = `(services) => services.override(SessionStore, () => { throw new Error('no address'); })`;
    const files = { ...setup(`{ services: ${services} }`), 'src/pages/terms.astro': prerendered(PAGE) };
    await siteWith('{}', files).build();
    const { code, output } = await (app as App).serveAndFail();
    expect(code).not.toBe(0);
    expect(output).toContain('SessionStore could not be made at start: no address');
  });

  it('may know the config of the site', async () => {
    const before = `import { base } from 'astro:config/client';\nimport { site } from 'astro:config/server';`;
    const { output } = await siteWith('{}', setup(`{ protect: [{ pattern: '/', role: base + site }] }`, before)).astro(
      'build',
    );
    expect(output).not.toContain('could not be loaded');
  });
});

describe('A pipeline of the project’s own', () => {
  const PIPELINE = `import { FetchState, pages } from 'astro/fetch';
    export default { fetch: (request: Request) => pages(new FetchState(request)) };`;

  it('is warned of when it leaves the guard out, and stops a strict build', async () => {
    const files = { 'src/fetch.ts': PIPELINE };
    const { code, output } = await siteWith('{}', files).astro('build');
    expect([code, output.includes('src/fetch.ts composes the request pipeline')]).toEqual([0, true]);
    app?.rewrite('astro.config.mjs', (text) => text.replace('gatehouse({})', 'gatehouse({ strict: true })'));
    expect((await app?.astro('build'))?.code).not.toBe(0);
  });

  it.each([
    ['is none where the file is switched off', 'fetchFile: null,', PIPELINE],
    ['is none where the file has another name', `fetchFile: 'entry',`, PIPELINE],
    [
      'is none of which to warn when a module of its own takes the guard in',
      '',
      `import './pipeline.ts';\n${PIPELINE}`,
    ],
  ])('%s', async (_, more, pipeline) => {
    const guard = `import { guard } from 'astro-gatehouse/fetch';\nexport const first = (state) => guard(state);`;
    const files = { 'src/fetch.ts': pipeline, 'src/pipeline.ts': guard };
    const { code, output } = await siteWith('{}', files, more).astro('build');
    expect([code, output.includes('composes the request pipeline')]).toEqual([0, false]);
  });
});

describe('A build', () => {
  it('ends with two short lines, and leaves nothing of the report in the site', async () => {
    const files = { ...setup(`{ protect: [{ pattern: '/' }] }`), 'src/pages/terms.astro': prerendered(PAGE) };
    const { code, output } = await siteWith('{}', files).astro('build');
    expect(code).toBe(0);
    const lines = stripVTControlCharacters(output)
      .split('\n')
      .filter((line) => line.includes('[astro-gatehouse]'));
    expect(lines.map((line) => line.replace(/^[\d:]+ /, ''))).toEqual([
      '[astro-gatehouse] For everybody: 2, signed in: 1, with requirements: 0.',
      '[astro-gatehouse] Who may see what: npx astro-gatehouse routes',
    ]);
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
    const built = readdirSync(join((app as App).folder, 'dist'), { recursive: true, encoding: 'utf8' });
    expect(built.filter((file) => /facts|report/.test(file))).toEqual([]);
    server = await (app as App).serve();
    expect((await new Browser(server).get('/terms/')).text).toContain('here');
  });
});
