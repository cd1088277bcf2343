import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type App, type Outcome, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { HookedProject } from '../support/hooked-project.js';
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

const PIPELINE = `import { FetchState, pages } from 'astro/fetch';
  export default { fetch: (request: Request) => pages(new FetchState(request)) };`;

/**
 * A site that is right in all that could be wrong with it, where it is built with {@link IDLE}. Without, the options of
 * its setup module are wrong: a rule in the notation of another router, and a lifetime that is none.
 */
function carefulSite(options: string): App {
  return siteWith(options, {
    ...setup(
      `{
        protect: [{ pattern: process.env.IDLE ? '/b' : '/users/:id', role: base + site }],
        session: { idleTimeout: Number(process.env.IDLE) },
        services: (services) => services.override(AccessRules, Mine),
      }`,
      `import { base } from 'astro:config/client';
       import { site } from 'astro:config/server';
       import { AccessRules } from 'astro-gatehouse/server'; class Mine extends AccessRules {}`,
    ),
    'src/fetch.ts': `import './pipeline.ts';\n${PIPELINE}`,
    'src/pipeline.ts': `import { guard } from 'astro-gatehouse/fetch';\nexport const first = (state) => guard(state);`,
  });
}

/** Seconds. */
const IDLE = { IDLE: '60' };

/** Builds it where nothing may be wrong. */
function builtStrictly(): Promise<Outcome> {
  return carefulSite('{ strict: true }').astro('build', IDLE);
}

const USELESS = `protect: [{ pattern: '/' }, { pattern: '/acount', role: 'x' }, { pattern: '/old' }]`;
const REDIRECT = `redirects: { '/old': '/new' },`;

/** A site with rules that do nothing. */
function warnedSite(): App {
  const files = { ...setup(`{ protect: [{ pattern: '/', role: 'y' }] }`), 'src/pages/terms.astro': prerendered(PAGE) };
  return siteWith(`{ ${USELESS}, forbiddenPath: { render: '/terms' } }`, files, REDIRECT);
}

describe('A rule without effect', () => {
  it('causes a warning with the place where it is defined', async () => {
    const { code, output } = await warnedSite().astro('build');
    expect(code).toBe(0);
    expect(output).toContain('protect[1] of astro.config, /acount (role x), never applies: nothing on the site');
    expect(output).toContain('protect[2] of astro.config, /old (signed in), never applies: only the redirect /old');
    expect(output).toContain('loginPath leads to /login, where the site has no page');
    expect(output).toContain('forbiddenPath renders /terms, which is prerendered');
    expect(output).toContain(
      'protect[0] of src/gatehouse.ts, / (role y), never applies: protect[0] of astro.config, / (signed in), comes before it',
    );
  });

  it('stops the build when warnings are errors', async () => {
    const { code, output } = await siteWith(`{ strict: true, ${USELESS} }`, {}, REDIRECT).astro('build');
    expect(code).not.toBe(0);
    expect(output).toContain('protect[1] of astro.config, /acount (role x)');
  });

  it('is not assumed for rules of a custom class', async () => {
    const { code, output } = await builtStrictly();
    expect([code, output.includes('never applies')]).toEqual([0, false]);
  });
});

describe('A rule that must be a mistake', () => {
  const PAGES = { 'src/pages/users/[id].astro': PAGE, 'src/pages/Team/index.astro': PAGE };

  it.each([
    ['astro.config', () => siteWith(`{ protect: [{ pattern: '/users/:id' }] }`, PAGES)],
    ['the setup module', () => carefulSite('{}')],
  ])('stops a build and a development server when it is in the notation of another router: %s', async (place, make) => {
    const site = make();
    const built = await site.astro('build');
    const cure = 'write "/users/[id]"';
    if (place === 'astro.config') {
      expect(built.code).not.toBe(0);
      await expect(site.serveWith('dev')).rejects.toThrow(cure);
    }
    expect(built.output).toContain(cure);
  });

  it('stops a build, routes and doctor when a route with a similar pattern exists', async () => {
    const protect = `[{ pattern: '/team/**' }, { pattern: '/site/users/*' }, { pattern: '/src/pages/Team/index.astro' },
      { action: 'like' }, { pattern: '/proxied/**' }]`;
    const actions = `import { defineAction } from 'astro:actions';
      export const server = { dislike: defineAction({ handler: () => 1 }) };`;
    const files = { ...PAGES, 'src/actions/index.ts': actions };
    const { code, output } = await siteWith(`{ protect: ${protect} }`, files, `base: '/site',`).astro('build');
    expect(code).not.toBe(0);
    expect(output).toContain(
      'protect[0] of astro.config, /team/** (signed in), matches nothing as written: write "/Team/**"',
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
  const ROUTE_RULES = { '/[...all]': { maxAge: 60 } };
  const MEMORY = { name: 'memory', entrypoint: 'astro/cache/memory', config: {} };
  const BY_RULE = { protect: [{ pattern: '/team', role: 'x' }] };

  it.each([
    [`{ protect: [{ pattern: '/team', role: 'x' }] }`, BY_RULE, PAGE, 'protect[0] of astro.config (role x)'],
    ['{}', {}, guarded(`'user'`), 'guard of src/pages/team.astro (signed in)'],
  ])('stops the build: %s', async (_, options, page, protectedBy) => {
    const files = { 'src/pages/index.astro': PAGE, 'src/pages/team.astro': page };
    const project = HookedProject.create(files, { cache: { provider: MEMORY }, routeRules: ROUTE_RULES });
    const { code, output } = await project.build(options);
    project.remove();
    expect(code).not.toBe(0);
    expect(output).toContain(`/team: ${protectedBy}, and routeRules['/[...all]']`);
  });

  it('ends astro build', async () => {
    const cache = `cache: { provider: memoryCache() }, routeRules: ${JSON.stringify(ROUTE_RULES)},`;
    const files = { 'src/pages/team.astro': PAGE, 'src/pages/crew.astro': guarded(`'user'`) };
    const { code, output } = await siteWith(JSON.stringify(BY_RULE), files, cache).astro('build');
    expect(code).not.toBe(0);
    expect(output).toContain(`/team: protect[0] of astro.config (role x), and routeRules['/[...all]']`);
    expect(output).toContain(`/crew: guard of src/pages/crew.astro (signed in), and routeRules['/[...all]']`);
  });

  it('is not reported when no cache is configured', async () => {
    const project = HookedProject.create({ 'src/pages/index.astro': PAGE }, { routeRules: { '/': { maxAge: 60 } } });
    const { code } = await project.build({ protect: [{ pattern: '/' }] });
    project.remove();
    expect(code).toBe(0);
  });
});

describe('A guard beside a page', () => {
  it.each([
    [
      'src/pages/team.astro',
      `{ rol: 'x' }`,
      'guard of src/pages/team.astro: rol: no such key of a guard; did you mean role?',
    ],
    [
      'src/pages/team.astro',
      `'users'`,
      `guard of src/pages/team.astro: must be 'public', 'user', 'guest' or a requirement`,
    ],
    ['src/pages/404.astro', `'user'`, 'guard of src/pages/404.astro: error pages are for everybody'],
  ])('stops the build when it is invalid: %s, %s', async (file, guard, problem) => {
    const project = HookedProject.create({ 'src/pages/index.astro': PAGE, [file]: guarded(guard) });
    const { code, output } = await project.build();
    project.remove();
    expect(code).not.toBe(0);
    expect(output).toContain(problem);
  });

  it('ends astro build when it is invalid', async () => {
    const { code, output } = await siteWith('{}', { 'src/pages/404.astro': guarded(`'user'`) }).astro('build');
    expect(code).not.toBe(0);
    expect(output).toContain('guard of src/pages/404.astro: error pages are for everybody');
  });
});

const BROKEN = setup('{}', `throw new Error('no database here');`);
const UNGUARDED_PIPELINE = { 'src/pages/index.astro': PAGE, 'src/fetch.ts': PIPELINE };

/** Warned of for two reasons that do not depend on each other. */
function twiceWarnedSite(): App {
  return siteWith('{}', { ...BROKEN, ...UNGUARDED_PIPELINE });
}

describe('A setup module that cannot be loaded at build', () => {
  it('causes a warning when every page is rendered on demand', async () => {
    const { code, output } = await twiceWarnedSite().astro('build');
    expect(code).toBe(0);
    expect(output).toContain('src/gatehouse.ts could not be loaded while the site was built: no database here');
  });

  it('stops the build when pages are prerendered', async () => {
    const files = { ...BROKEN, 'src/pages/terms.astro': prerendered(PAGE) };
    const { code, output } = await siteWith('{}', files).astro('build');
    expect(code).not.toBe(0);
    expect(output).toContain('src/gatehouse.ts could not be loaded while the site was built: no database here');
  });

  /** Config of Astro, as source: the next minute that a timer is to wait is soon over. */
  const SHORT_MINUTE = `...(() => {
    const { setTimeout } = globalThis;
    globalThis.setTimeout = (work, delay, ...rest) => {
      if (delay !== 60_000) return setTimeout(work, delay, ...rest);
      globalThis.setTimeout = setTimeout;
      return setTimeout(work, 300, ...rest);
    };
  })(),`;

  it.each([
    ['ends the process', 'process.exit(3);', 'it ended the process with code 3', ''],
    [
      'never comes to an end',
      'await new Promise(() => setInterval(() => {}, 1000));',
      'not loaded within 60 seconds',
      SHORT_MINUTE,
    ],
  ])('does not stop or hold up a build when it %s', async (_, before, reason, more) => {
    const { code, output } = await siteWith('{}', setup('{}', before), more).astro('build');
    expect([code, output.includes(reason)]).toEqual([0, true]);
  });

  it('may have options that only the server can validate, unless warnings are errors', async () => {
    const { code, output } = await carefulSite('{}').astro('build');
    expect([code, output.includes('session.idleTimeout: must be a number of seconds')]).toEqual([0, true]);
    app?.rewrite('astro.config.mjs', (text) => text.replace('gatehouse({})', 'gatehouse({ strict: true })'));
    const strictly = await app?.astro('build');
    expect(strictly?.code).not.toBe(0);
    expect(strictly?.output).toContain('session.idleTimeout: must be a number of seconds');
    expect((await app?.astro('build', IDLE))?.code).toBe(0);
  });

  it('may need services that are created only when the server starts', async () => {
    await onceServed().build();
    const { code, output } = await (app as App).serveAndFail();
    expect(code).not.toBe(0);
    expect(output).toContain('SessionStore could not be created at start: no address');
  });

  it('may import the config of the site', async () => {
    const { output } = await builtStrictly();
    expect(output).not.toContain('could not be loaded');
  });
});

describe('A custom pipeline', () => {
  it('causes a warning without the guard, and stops a strict build', async () => {
    const { code, output } = await twiceWarnedSite().astro('build');
    expect([code, output.includes('src/fetch.ts composes the request pipeline')]).toEqual([0, true]);
    app?.remove();
    const strict = await siteWith('{ strict: true }', UNGUARDED_PIPELINE).astro('build');
    expect(strict.code).not.toBe(0);
    expect(strict.output).toContain('src/fetch.ts composes the request pipeline');
  });

  it.each([
    ['causes no warning when the file is switched off', null],
    ['causes no warning when the file has another name', 'entry'],
  ])('%s', async (_, fetchFile) => {
    const project = HookedProject.create(UNGUARDED_PIPELINE, { fetchFile });
    const { code, output } = await project.build();
    project.remove();
    expect([code, output.includes('composes the request pipeline')]).toEqual([0, false]);
  });

  it('causes the same warning in a simulated build', async () => {
    const project = HookedProject.create(UNGUARDED_PIPELINE);
    const { code, output } = await project.build();
    project.remove();
    expect([code, output.includes('src/fetch.ts composes the request pipeline')]).toEqual([0, true]);
  });

  it('causes no warning when one of its modules includes the guard', async () => {
    const { code, output } = await builtStrictly();
    expect([code, output.includes('composes the request pipeline')]).toEqual([0, false]);
  });
});

/** A site with a store that can be made where an address is given: no build has one. */
function onceServed(): App {
  const store = `(get) => {
    if (!process.env.STORE_ADDRESS) throw new Error('no address');
    return new MemorySessionStore(get(SessionConfig), get(Clock));
  }`;
  const options = `{ protect: [{ pattern: '/', redirectTo: 'https://sso.example/' }], services: (services) => services.override(SessionStore, ${store}) }`;
  const files = setup(options, `import { Clock, MemorySessionStore, SessionConfig } from 'astro-gatehouse/server';`);
  return siteWith('{}', { ...files, 'src/pages/terms.astro': prerendered(PAGE) });
}

describe('A build', () => {
  it('ends with two short lines, and puts nothing of the report into the site', async () => {
    const { code, output } = await onceServed().astro('build');
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
    server = await (app as App).serve({ GATEHOUSE_SECRET: SECRET, STORE_ADDRESS: 'here' });
    expect((await new Browser(server).get('/terms/')).text).toContain('here');
  });
});
