import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { HookedProject } from '../support/hooked-project.js';
import { setup } from '../support/made-site.js';
import { settledAtStart } from '../support/settled-at-start.js';

let app: App | undefined;
let server: Server | undefined;
let development: { app: App; server: Server } | undefined;

afterEach(async () => {
  await server?.stop();
  app?.remove();
  server = undefined;
  app = undefined;
});
afterAll(async () => {
  await development?.server.stop();
  development?.app.remove();
});

const FOR_PREMIUM = `{ protect: [
  { pattern: '/members', allow(session) { return session !== null && session.plan === 'premium' && Date.now() > 0; } },
] }`;

/** One application for all that is only looked at while it is developed. */
async function developed(): Promise<{ app: App; server: Server }> {
  if (development) return development;
  const created = withOptions(FOR_PREMIUM);
  development = { app: created, server: await created.serveWith('dev') };
  return development;
}

/** An application whose options are this source, removed when the spec is over. */
function configured(options: string, files: Record<string, string> = {}): App {
  app = withOptions(options, files);
  return app;
}

function withOptions(options: string, files: Record<string, string> = {}): App {
  return App.create('spec/apps/empty', {
    'astro.config.mjs': `
      import node from '@astrojs/node';
      import { defineConfig } from 'astro/config';
      import gatehouse from 'astro-gatehouse';

      const outside = 'premium';
      console.assert(outside);
      export default defineConfig({
        output: 'server',
        adapter: node({ mode: 'standalone' }),
        integrations: [gatehouse(${options})],
      });`,
    ...files,
  });
}

/** Removed when the spec is over. */
function configuredAtStart(): App {
  app = settledAtStart();
  return app;
}

describe('Invalid options', () => {
  const outside = 'premium';
  // Read from a session of one's own kind, as the options of a project do.
  const isPremium = (session: { plan?: string } | null) => session?.plan === outside;

  it.each([
    [
      'an unknown key of a rule',
      { protect: [{ pattern: '/a', rol: 'admin' }] },
      'protect[0].rol: no such key of a rule; did you mean role?',
    ],
    [
      'an unknown option',
      { loginPaht: '/login' },
      'loginPaht: no such option of gatehouse({…}) in astro.config; did you mean loginPath?',
    ],
    ['a value of another kind', { globalProtect: 'yes' }, 'globalProtect: must be true or false'],
    [
      'a store that does not exist',
      { session: { store: 'disk' } },
      "session.store: must be one of 'cookie', 'memory', 'astro'",
    ],
    ['a pattern that matches nothing', { protect: [{ pattern: 'admin' }] }, 'must begin with "/": write "/admin"'],
    [
      'timeouts that contradict each other',
      { session: { idleTimeout: 100, absoluteTimeout: 10 } },
      'session.idleTimeout (100 s) is longer than session.absoluteTimeout (10 s)',
    ],
    [
      'a cookie no browser keeps',
      { session: { cookie: { sameSite: 'none', secure: false } } },
      'session.cookie.sameSite "none" is ignored by browsers',
    ],
    [
      "half a context of one's own",
      { getContextStore: () => undefined },
      'getContextStore is set without runWithContext or setContextStore',
    ],
    [
      'a requirement that was lost on the way',
      { protect: [{ pattern: '/a', role: process.env.NO_SUCH_ROLE }] },
      'protect[0].role is undefined: set it, or leave it out to require any signed-in visitor',
    ],
    ['exceptions from nothing', { exclude: ['/a'] }, 'exclude is set without globalProtect'],
    [
      'several accounts without what they need',
      { session: { maxAccounts: 3 }, csrf: { requireToken: true } },
      'session.maxAccounts needs a store on the server',
    ],
    ['a setup module that is not there', { setup: './src/elsewhere.ts' }, 'there is no file ./src/elsewhere.ts'],
    [
      'a function that needs something from outside',
      { protect: [{ pattern: '/a', allow: isPremium }] },
      'protect[0].allow refers to "outside"',
    ],
  ])('stop the build: %s', async (_, options, sentence) => {
    const project = HookedProject.create();
    const { code, output } = await project.build(options);
    project.remove();
    expect(code).not.toBe(0);
    expect(output).toContain('Invalid options:');
    expect(output).toContain(sentence);
  });

  it('end astro build, which prints all problems together', async () => {
    const { code, output } = await configured(
      `{ loginPaht: '/login', protect: [{ pattern: 'admin' }, { pattern: '/a', rol: 'admin' }] }`,
    ).astro('build');
    expect(code).not.toBe(0);
    expect(output).toContain('Invalid options:');
    for (const name of ['loginPaht: no such option', 'write "/admin"', 'protect[1].rol: no such key of a rule']) {
      expect(output).toContain(name);
    }
  });

  it.each([
    ['an unknown option', { nonsense: true }, 'nonsense: no such option'],
    [
      'a function that needs something from outside',
      { access: { getRole: () => outside } },
      'access.getRole refers to "outside"',
    ],
  ])('stop astro dev as well: %s', async (_, options, sentence) => {
    const project = HookedProject.create();
    const { code, output } = await project.start('dev', options);
    project.remove();
    expect(code).not.toBe(0);
    expect(output).toContain(sentence);
  });

  it('end astro dev before it listens', async () => {
    const served = configured(`{ access: { getRole: () => outside } }`).serveWith('dev');
    await expect(served).rejects.toThrow('access.getRole refers to "outside"');
  });

  it.each([
    ['an unknown key of a rule', 'unknown key', 'protect[0].roles: must be an array of strings'],
    [
      'an option that astro.config gives too',
      'given twice',
      'loginPath is set in astro.config and in src/gatehouse.ts',
    ],
  ])('stop the server when they are in the setup module: %s', async (_, variant, sentence) => {
    await configuredAtStart().build();
    const { code, output } = await app!.serveAndFail({ GATEHOUSE_SECRET: SECRET, GATEHOUSE_VARIANT: variant });
    expect(code).toBe(1);
    expect(output).toContain('INVALID_OPTIONS');
    expect(output).toContain(sentence);
  });
});

describe('Options of the setup module that no server starts with', () => {
  const SITE = setup("{ store: { use: 'memory' }, session: { maxAccounts: 3 } }");
  const SENTENCE = 'session.maxAccounts needs csrf.requireToken: true';

  it.each([
    ['are a warning of the build', '{}', 0, '[WARN]'],
    ['stop a strict one', '{ strict: true }', 1, '[ERROR]'],
  ])('%s', async (_, options, expected, level) => {
    const { code, output } = await configured(options, SITE).astro('build');
    expect(code).toBe(expected);
    expect(output).toContain(level);
    expect(output).toContain(SENTENCE);
  });
});

describe('Invalid options of the setup module', () => {
  it('are reported by the build with the file, the nearest spelling and what comes of them', async () => {
    const { code, output } = await configured('{}', setup("{ store: { use: 'sqlit' } }")).astro('build');
    expect(code).toBe(0);
    expect(output).toContain('Invalid options in src/gatehouse.ts, with which the built server will refuse to start:');
    expect(output).toMatch(/- store\.use: must be one of 'cookie', .*'astro'; did you mean 'sqlite'\?/);
    const { code: ofStart, output: ofServer } = await app!.serveAndFail();
    expect(ofStart).toBe(1);
    expect(ofServer).toContain("did you mean 'sqlite'?");
  });
});

describe('Services that no server starts with', () => {
  const CLASSES = `
    import { inject, injectable } from 'astro-gatehouse/server';
    class Mailer {}
    @injectable() class Offers { constructor(@inject(Mailer) mailer: Mailer) {} }`;

  it.each([
    [
      'a class that cannot replace another',
      'services.override(SessionStore, class Other {})',
      'cannot replace SessionStore',
    ],
    ['a promise', 'Promise.resolve(services)', 'returned a promise, but everything must be registered'],
    ['a class that needs what is not there', 'services.shared(Offers)', 'Offers needs Mailer, which is not registered'],
  ])('are reported by the build: %s', async (_, registered, sentence) => {
    const files = setup(`{ services: (services) => ${registered} }`, CLASSES);
    const { code, output } = await configured('{}', files).astro('build');
    expect(code).toBe(0);
    expect(output).toContain('Invalid options in src/gatehouse.ts, with which the built server will refuse to start:');
    expect(output).toContain(sentence);
    expect((await app!.serveAndFail()).output).toContain(sentence);
  });

  it.each(['Error', 'InvalidOptionsError'])(
    'are not those whose own code throws, such as an %s, because it may need what only a server has',
    async (thrown) => {
      const files = setup(
        `{ services: () => { if (!process.env.ONLY_THERE) throw new ${thrown}(['no address']); } }`,
        "import { InvalidOptionsError } from 'astro-gatehouse/server';",
      );
      const { code, output } = await configured('{ strict: true }', files).astro('build');
      expect([code, output]).toEqual([0, expect.not.stringContaining('refuse to start')]);
      server = await app!.serve({ GATEHOUSE_SECRET: SECRET, ONLY_THERE: 'yes' });
      expect((await new Browser(server).get('/')).status).toBe(200);
    },
  );
});

describe('A cookie that is valid in production alone', () => {
  it('is accepted by the build in the setup module, as by the server', async () => {
    const site = configured('{ strict: true }', setup("{ session: { cookie: { sameSite: 'none' } } }"));
    const { code, output } = await site.astro('build');
    expect([code, output]).toEqual([0, expect.not.stringContaining('session.cookie')]);
    server = await site.serve();
    expect((await new Browser(server).get('/')).status).toBe(200);
  });
});

describe('Functions in astro.config', () => {
  it.each(['build', 'dev'] as const)('work when they use nothing from outside, in %s', async (mode) => {
    if (mode === 'build') server = await (await builtWithAll()).serve();
    const site = server ?? (await developed()).server;
    const premium = new Browser(site);
    const basic = new Browser(site);
    await premium.get('/login?plan=premium');
    await basic.get('/login?plan=basic');
    expect((await premium.get('/members')).status).toBe(200);
    expect((await basic.get('/members')).status).toBe(302);
    expect((await new Browser(site).get('/members')).status).toBe(302);
  });
});

describe('The setup module', () => {
  it('appends its rules to those of astro.config', async () => {
    await configuredAtStart().build();
    server = await app!.serve({ GATEHOUSE_SECRET: SECRET, GATEHOUSE_VARIANT: 'rules' });
    const user = new Browser(server);
    await user.get('/login');
    expect((await user.get('/members')).status).toBe(200);
    expect((await user.get('/')).status).toBe(302);
  });
});

describe('A setup module without a default export', () => {
  const files = {
    'src/gatehouse.js': `import { defineGatehouse } from 'astro-gatehouse/server'; export const setup = defineGatehouse({});`,
  };
  const sentence = 'src/gatehouse.js has no default export: write export default defineGatehouse({ … })';

  it('stops a built server', async () => {
    await configured('{}', files).build();
    const { code, output } = await app!.serveAndFail();
    expect(code).toBe(1);
    expect(output).toContain(sentence);
  });

  it('causes an error page in development', async () => {
    server = await configured('{}', files).serveWith('dev');
    expect((await new Browser(server).get('/')).status).toBe(500);
    expect(await server.printed(sentence)).toContain(sentence);
  });
});

describe('Exclusions in astro.config', () => {
  it('may apply to globalProtect in the setup module', async () => {
    server = await (await builtWithAll()).serve();
    const guest = new Browser(server);
    expect((await guest.get('/')).status).toBe(200);
    expect((await guest.get('/other')).status).toBe(302);
    expect((await guest.get('/members')).status).toBe(302);
  });
});

const AT_BUILD = 'Zb8-not-in-the-build-Kq4Lw7Rt2Vx9';

/**
 * One build for all that several cases look at: made where the secret is among the variables and in a file, with a page
 * that reads it, with a function in astro.config, and with exclusions there from what the setup module protects.
 */
async function builtWithAll(): Promise<App> {
  const options = FOR_PREMIUM.replace('{', `{ exclude: ['/', '/secret'],`);
  const site = configured(options, {
    '.env': `GATEHOUSE_SECRET=${AT_BUILD}`,
    'src/gatehouse.ts': `
      import { defineGatehouse } from 'astro-gatehouse/server';
      export default defineGatehouse({ globalProtect: true });`,
    'src/pages/other.astro': '<h1>for whoever is signed in</h1>',
    'src/pages/secret.ts': `
      import { GATEHOUSE_SECRET } from 'astro:env/server';
      export const GET = () => Response.json(GATEHOUSE_SECRET?.length ?? null);`,
  });
  site.rewrite('astro.config.mjs', (text) => text.replace('output:', `env: { validateSecrets: true }, output:`));
  return site.build({ GATEHOUSE_SECRET: AT_BUILD });
}

/** All that a build consists of. */
function textsOf({ folder }: App): string[] {
  const files = readdirSync(join(folder, 'dist'), { recursive: true, withFileTypes: true });
  const inside = files.filter((file) => file.isFile());
  return inside.map((file) => readFileSync(join(file.parentPath, file.name), 'utf8'));
}

describe('The secret', () => {
  it.each([
    ['there is none', {}, 'MISSING_SECRET', 'set GATEHOUSE_SECRET to at least 32 random characters'],
    ['it is empty', { GATEHOUSE_SECRET: '  ,' }, 'MISSING_SECRET', 'set GATEHOUSE_SECRET'],
    ['it is short', { GATEHOUSE_SECRET: 'Zq8!' }, 'WEAK_SECRET', 'The secret from GATEHOUSE_SECRET has 4 characters'],
    [
      'it is a placeholder',
      { GATEHOUSE_SECRET: 'change-me-0123456789-abcdefghijklm' },
      'WEAK_SECRET',
      'is a placeholder',
    ],
  ])('stops a production server before it listens when %s', async (_, environment, code, sentence) => {
    await configuredAtStart().build();
    const outcome = await app!.serveAndFail(environment as Record<string, string>);
    expect(outcome.code).toBe(1);
    expect(outcome.output).toContain(code);
    expect(outcome.output).toContain(sentence);
    expect(outcome.output).not.toContain('listening');
    expect(outcome.output).not.toContain('Zq8!');
  });

  it('is not contained in the build, although it was set when the site was built', async () => {
    const texts = textsOf(await builtWithAll());
    expect(texts.length).toBeGreaterThan(5);
    expect(texts.filter((text) => text.includes(AT_BUILD))).toEqual([]);
  });

  it('opens sessions of an older one, and seals with the new one', async () => {
    const [older, newer] = ['a8Kd0Pw3Xz6Qm9Rt2Vy5Bn7Cj4Hf1LsE', 'Tg5Yh7Uj9Ik1Ol3Pq5Ws7Ed9Rf1Tg3Zx'];
    await configuredAtStart().build();
    server = await app!.serve({ GATEHOUSE_SECRET: older! });
    const visitor = new Browser(server);
    await visitor.get('/login');
    await server.stop();

    server = await app!.serve({ GATEHOUSE_SECRET: `${newer},${older}` });
    const later = new Browser(server);
    for (const [name, value] of visitor.cookies) later.cookies.set(name, value);
    expect((await later.get('/members')).status).toBe(200);
    await later.get('/');
    await server.stop();

    server = await app!.serve({ GATEHOUSE_SECRET: newer! });
    const [sealedByNewer, sealedByOlder] = [later, visitor].map(({ cookies }) => {
      const browser = new Browser(server!);
      for (const [name, value] of cookies) browser.cookies.set(name, value);
      return browser;
    });
    expect((await sealedByNewer!.get('/members')).status).toBe(200);
    expect((await sealedByOlder!.get('/members')).status).toBe(302);
  });

  it('is generated for development, stored in the project and ignored by git', async () => {
    const shared = await developed();
    const { folder } = shared.app;
    const visitor = new Browser(shared.server);
    await visitor.get('/login?plan=premium');
    const kept = readFileSync(join(folder, '.gatehouse/.env.development-secret'), 'utf8');
    await shared.server.stop();

    shared.server = await shared.app.serveWith('dev');
    const later = new Browser(shared.server);
    for (const [name, value] of visitor.cookies) later.cookies.set(name, value);
    expect((await later.get('/members')).status).toBe(200);
    expect([...visitor.cookies.keys()]).toEqual([expect.stringMatching(/^gatehouse-[0-9a-f]{6}$/)]);
    expect(readFileSync(join(folder, '.gatehouse/.env.development-secret'), 'utf8')).toBe(kept);
    expect(readFileSync(join(folder, '.gatehouse/.gitignore'), 'utf8')).toBe('*\n');
    expect(existsSync(join(folder, 'dist'))).toBe(false);
  });
});

describe('GATEHOUSE_SECRET', () => {
  const withSchema = (field: string) => {
    configured('{}').rewrite('astro.config.mjs', (text) =>
      text
        .replace('{ defineConfig }', '{ defineConfig, envField }')
        .replace('output:', `env: { validateSecrets: true, schema: { GATEHOUSE_SECRET: ${field} } }, output:`),
    );
    return app!;
  };

  it('is a server secret of astro:env, read at run time and not contained in the build', async () => {
    const texts = textsOf(await builtWithAll());
    expect(texts.length).toBeGreaterThan(3);
    expect(texts.filter((text) => text.includes(AT_BUILD))).toEqual([]);
    server = await app!.serve();
    expect((await new Browser(server).get('/secret')).text).toBe(String(SECRET.length));
  });

  it('may be declared as a secret by the project itself', async () => {
    const { code, output } = await withSchema(`envField.string({ context: 'server', access: 'secret' })`).astro('sync');
    expect(output).not.toContain('INVALID_OPTIONS');
    expect(code).toBe(0);
  });

  it('is rejected as a public variable', async () => {
    const { code, output } = await withSchema(
      `envField.string({ context: 'server', access: 'public', optional: true })`,
    ).astro('build');
    expect(code).not.toBe(0);
    expect(output).toContain('env.schema.GATEHOUSE_SECRET would put the secret into the build');
  });
});
