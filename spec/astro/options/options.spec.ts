import { describe, expect, it } from '@jest/globals';
import { type } from 'arktype';
import * as v from 'valibot';
import * as z from 'zod';
import { AccessConfig } from '../../../lib/access/access-options.js';
import {
  checkGuard,
  checkIntegrationOptions,
  checkRequirement,
  checkSetupOptions,
  type GatehouseOptions,
  mergeOptions,
  type SetupOptions,
} from '../../../lib/astro/options/options.js';
import { chosenStore, storeAsData } from '../../../lib/astro/options/store-choice.js';
import { InvalidOptionsError } from '../../../lib/errors/index.js';

/** What is wrong with something, in sentences. */
function problemsOf(check: () => unknown): readonly string[] {
  try {
    check();
  } catch (error) {
    if (error instanceof InvalidOptionsError) return error.problems;
    throw error;
  }
  return [];
}

const inConfig = (options: unknown) => problemsOf(() => checkIntegrationOptions(options));
const withRule = (rule: object) => inConfig({ protect: [{ pattern: '/admin', ...rule }] });

describe('Options', () => {
  it('are right when they are what the interface says', () => {
    const options: GatehouseOptions = {
      loginPath: '/enter?from=site',
      homePath: '/',
      forbiddenPath: '/no-entry/',
      protect: [
        { pattern: '/admin', role: 'admin', roles: ['a', 'b'], permission: 'p', permissions: ['q'], allow: () => true },
        { pattern: '/blog/**', redirectTo: undefined },
        { pattern: '/billing', authenticatedWithin: 300, enforce: false, methods: ['POST'], status: 404 },
      ],
      exclude: ['/about'],
      globalProtect: true,
      access: { getRole: () => 'admin' },
      session: { store: 'memory', idleTimeout: 60, cookie: { name: 'a', path: '/', sameSite: 'lax', secure: true } },
      csrf: { except: ['/webhooks/**', '/_actions/ping'], requireToken: ['/account/**'] },
      setup: './src/elsewhere.ts',
      enforce: true,
      debug: false,
    };
    expect(inConfig(options)).toEqual([]);
    expect(inConfig({})).toEqual([]);
    for (const forms of [true, false, {}, { leaveOut: ['badge'] }, undefined]) expect(inConfig({ forms })).toEqual([]);
    for (const csrf of [true, false, {}, { requireToken: true }, undefined]) expect(inConfig({ csrf })).toEqual([]);
    expect(inConfig({ protect: [Object.assign(Object.create(null), { pattern: '/a' })] })).toEqual([]);
    expect(problemsOf(() => checkSetupOptions({ services: () => undefined }))).toEqual([]);
  });

  it.each([
    [null, 'gatehouse({…}) in astro.config: must be a plain object: { … }'],
    [{ globalProtect: 'yes' }, 'globalProtect: must be true or false'],
    [{ protect: {} }, 'protect: must be a list'],
    [{ protect: ['/admin'] }, "protect[0]: must be a rule: write { pattern: '/admin' }"],
    [{ protect: [1] }, 'protect[0]: must be a plain object: { … }'],
    [{ session: { store: 'disk' } }, "session.store: must be one of 'cookie', 'memory', 'astro', 'sqlite', 'redis'"],
    [{ session: { options: {} } }, 'session.options: the cookie store has no options'],
    [
      { session: { store: 'redis', options: { url: 'redis://u:secret@host' } } },
      'session.options.url: holds a password, which would become a part of the build: set REDIS_URL instead, or ' +
        'write store in src/gatehouse.ts',
    ],
    [
      { session: { store: 'memory', options: { maxSessions: 0.5 } } },
      'session.options.maxSessions: must be a whole number above 0',
    ],
    [{ session: { maxSessionsPerUser: 0 } }, 'session.maxSessionsPerUser: must be a whole number above 0'],
    [{ session: { storeTimeout: 0 } }, 'session.storeTimeout: must be more than 0 seconds'],
    [{ access: { check: 'no' } }, 'access.check: must be a function'],
    [
      { session: { idleTimeout: '7 days' } },
      'session.idleTimeout: must be a number of seconds, for instance 7 * 24 * 3600',
    ],
    [{ session: { renewAfter: 0 } }, 'session.renewAfter: must be more than 0 seconds'],
    [{ session: { cookie: { path: 'a' } } }, 'session.cookie.path: must begin with "/"'],
    [
      { session: { cookie: { httpOnly: true } } },
      'session.cookie.httpOnly: the cookie of a session is always HttpOnly; leave it out',
    ],
    [{ forms: 'redirect' }, "forms: must be true, false, or say what is never kept: { leaveOut: ['iban'] }"],
    [{ forms: { leaveOut: 'iban' } }, 'forms.leaveOut: must be a list'],
    [{ forms: { leaveOut: [''] } }, 'forms.leaveOut[0]: must not be empty'],
    [{ forms: { except: ['iban'] } }, 'forms.except: no such option of forms. There are leaveOut'],
    [{ csrf: 'off' }, "csrf: must be true, false, or say what is excepted: { except: ['/webhooks/**'] }"],
    [{ csrf: ['/webhooks'] }, "csrf: must be true, false, or say what is excepted: { except: ['/webhooks/**'] }"],
    [{ csrf: { except: 'webhooks' } }, 'csrf.except: must be a list'],
    [{ csrf: { except: ['webhooks'] } }, 'csrf.except[0]: pattern "webhooks" must begin with "/": write "/webhooks"'],
    [
      { csrf: { excpet: ['/webhooks'] } },
      'csrf.excpet: no such option of csrf; did you mean except? There are except, requireToken',
    ],
    [{ csrf: { requireToken: '/a' } }, "csrf.requireToken: must be true, or a list of patterns: ['/account/**']"],
    [{ csrf: { requireToken: ['/a', 'b'] } }, 'csrf.requireToken[1]: pattern "b" must begin with "/": write "/b"'],
    [{ services: () => undefined }, 'services: services are code: write them in src/gatehouse.ts'],
  ])('%j are refused in a sentence', (options, sentence) => {
    expect(inConfig(options)).toEqual([sentence]);
  });

  it('name everything that is wrong at once', () => {
    expect(inConfig({ loginPath: 1, debug: 'no', protect: [{ pattern: '/a', rol: 'x', roles: [] }] })).toHaveLength(4);
  });

  it('that are misspelt are told what was probably meant, and what there is', () => {
    const [sentence] = inConfig({ loginPaht: '/login' });
    expect(sentence).toMatch(
      /^loginPaht: no such option of gatehouse\(\{…}\) in astro.config; did you mean loginPath\? /,
    );
    expect(sentence).toMatch(/There are loginPath, homePath, forbiddenPath, protect, /);
    expect(inConfig({ nonsense: 1 })[0]).toMatch(/^nonsense: no such option of [^;]*\. There are loginPath, /);
    expect(problemsOf(() => checkSetupOptions({ setup: 'a.ts' }))[0]).toMatch(/no such option of defineGatehouse/);
  });
});

const inSetup = (options: unknown) => problemsOf(() => checkSetupOptions(options));
const STORAGE = { getItem: async () => null, setItem: async () => undefined, removeItem: async () => undefined };

describe.each([
  ['astro.config', inConfig],
  ['the setup module', inSetup],
])('The store in %s', (_, problems) => {
  it.each<[object]>([
    [{ use: 'cookie' }],
    [{ use: 'astro' }],
    [{ use: 'memory', maxSessions: 10 }],
    [{ use: 'sqlite', file: 'data/sessions.db' }],
    [{ use: 'redis' }],
    [{ use: 'redis', url: 'rediss://cache:6380', keyPrefix: 'shop:', timeout: 1 }],
    [{ use: 'redis', url: undefined }],
  ])('may be %j', (store) => {
    expect(problems({ store })).toEqual([]);
    expect(problems({ store, session: { idleTimeout: 60 } })).toEqual([]);
  });

  it.each<[unknown, string]>([
    ['redis', "store: must say which store to use: { use: 'redis' }"],
    [true, "store: must say which store to use: { use: 'sqlite' }"],
    [{}, "store.use: must be one of 'cookie', 'memory', 'sqlite', 'redis', 'unstorage', 'astro'"],
    [{ use: 'disk' }, "store.use: must be one of 'cookie', 'memory', 'sqlite', 'redis', 'unstorage', 'astro'"],
    [
      { use: 'redis', keyPrefx: 'a' },
      'store.keyPrefx: no such option of the redis store; did you mean keyPrefix? There are use, url, keyPrefix, timeout',
    ],
    [{ use: 'constructor' }, "store.use: must be one of 'cookie', 'memory', 'sqlite', 'redis', 'unstorage', 'astro'"],
    [{ use: 'cookie', file: 'a' }, 'store.file: no such option of the cookie store. There are use'],
    [
      { use: 'redis', url: 'cache' },
      "store.url: must be an address: redis://localhost:6379, or rediss://… for TLS, and no more than a database's number behind it",
    ],
    [{ use: 'redis', timeout: 0 }, 'store.timeout: must be more than 0 seconds'],
    [{ use: 'sqlite', file: '' }, 'store.file: must not be empty'],
    [{ use: 'memory', maxSessions: 0 }, 'store.maxSessions: must be a whole number above 0'],
  ])('cannot be %j', (store, sentence) => {
    expect(problems({ store })).toEqual([sentence]);
  });

  it('cannot be chosen in both ways', () => {
    expect(problems({ store: { use: 'redis' }, session: { store: 'memory' } })).toEqual([
      "store is given, and session.store as well: keep store: { use: 'redis' }, and take session.store out",
    ]);
  });
});

describe('The store', () => {
  it('may have a password in the setup module alone, which is no part of the build', () => {
    const store = { use: 'redis', url: 'redis://u:secret@host' };
    expect(inSetup({ store })).toEqual([]);
    expect(inConfig({ store })).toEqual([
      'store.url: holds a password, which would become a part of the build: set REDIS_URL instead, or write store in ' +
        'src/gatehouse.ts',
    ]);
  });

  it.each([
    'default:secret@cache:6379',
    'redis:default:secret@cache',
    'localhost:6379',
    'https://cache',
    'redis://cache#secret',
    'redis:///default:secret@cache',
  ])('redis has an address that its client can read: %s is none, and is not repeated', (url) => {
    const problem =
      "store.url: must be an address: redis://localhost:6379, or rediss://… for TLS, and no more than a database's number behind it";
    for (const check of [inConfig, inSetup]) expect(check({ store: { use: 'redis', url } })).toEqual([problem]);
  });

  it.each(['redis://cache', 'rediss://cache:6380/2', 'REDIS://cache/', 'redis://user@cache'])(
    'redis may be at %s',
    (url) => {
      for (const check of [inConfig, inSetup]) expect(check({ store: { use: 'redis', url } })).toEqual([]);
    },
  );

  it('redis may have a query in the setup module alone, which its client ignores', () => {
    const store = { use: 'redis', url: 'redis://cache?password=secret' };
    expect(inSetup({ store })).toEqual([]);
    expect(inConfig({ store })).toEqual([
      'store.url: holds a query, which would become a part of the build: set REDIS_URL instead, or write store in ' +
        'src/gatehouse.ts',
    ]);
  });

  it.each<[string, object]>([
    ['password', { host: 'cache', password: 'a secret' }],
    ['url', { url: 'redis://u:secret@cache' }],
    ['nodes[1].auth.token', { nodes: [{ host: 'a' }, { auth: { token: 'a secret' } }] }],
    ['secretAccessKey', { accessKeyId: 'id', secretAccessKey: 'a secret' }],
    ['connectionString', { connectionString: 'mongodb://host' }],
    ['apiKey', { apiKey: 'a secret' }],
    ['headers.Authorization', { headers: { Authorization: 'Bearer secret' } }],
    ['address', { address: 'postgres:u:secret@host/db' }],
  ])('unstorage is not told a password in astro.config: %s', (place, options) => {
    expect(inConfig({ store: { use: 'unstorage', driver: 'redis', options } })).toEqual([
      `store.options: ${place} holds a secret, which would become a part of the build: write store in src/gatehouse.ts, ` +
        'where storage: createStorage({ driver: … }) can read the environment of the server',
    ]);
  });

  it('unstorage is told all else in astro.config', () => {
    const options = { base: './data/user@home', url: 'https://cache.example.org/a:b@c', ttl: 60, password: undefined };
    expect(inConfig({ store: { use: 'unstorage', driver: 'http', options } })).toEqual([]);
  });

  it('unstorage has a driver in astro.config, and a storage in the setup module', () => {
    const more = { keyPrefix: 'shop:', consistency: 'last-write-wins' };
    expect(inConfig({ store: { use: 'unstorage', driver: 'fs', options: { base: './data' }, ...more } })).toEqual([]);
    expect(inSetup({ store: { use: 'unstorage', storage: STORAGE, ...more } })).toEqual([]);
    expect(inConfig({ store: { use: 'unstorage', driver: 'fs', storage: STORAGE } })).toEqual([
      "store.storage: a storage is code, which is for src/gatehouse.ts; here name a driver: { use: 'unstorage', driver: 'fs' }",
    ]);
    expect(inSetup({ store: { use: 'unstorage', storage: STORAGE, driver: 'fs' } })).toEqual([
      'store.driver: a driver is imported by its name in astro.config only; here write storage: createStorage({ driver: … })',
    ]);
    expect(inConfig({ store: { use: 'unstorage' } })).toEqual([
      "store.driver: must name a driver of the package unstorage: driver: 'fs'",
    ]);
    expect(inSetup({ store: { use: 'unstorage', storage: {} } })).toEqual([
      'store.storage: must be a storage with getItem, setItem and removeItem: createStorage({ driver }) of the package ' +
        'unstorage',
    ]);
  });

  it('cannot be chosen in one way in astro.config and in the other in the setup module', () => {
    const merged = (config: GatehouseOptions, setup: SetupOptions) => problemsOf(() => mergeOptions(config, setup));
    const sentence =
      "store is given, and session.store and session.options as well: keep store: { use: 'memory' }, and take session.store and session.options out";
    const former = { session: { store: 'sqlite', options: { file: 'a' } } } as const;
    expect(merged(former, { store: { use: 'memory' } })).toEqual([sentence]);
    expect(merged({ store: { use: 'memory' } }, { session: { store: 'memory' } })).toHaveLength(1);
    expect(merged({ store: { use: 'memory' } }, { store: { use: 'memory' } })).toEqual([
      'store is given in astro.config and in the setup module: keep it in one of them',
    ]);
    expect(merged({ session: { idleTimeout: 60 } }, { store: { use: 'memory' } })).toEqual([]);
  });

  it('that is named among the options of the session in the setup module says what to write', () => {
    expect(inSetup({ session: { store: 'sqlite' } })).toEqual([
      "session.store: can be 'sqlite' in astro.config only; here write store: { use: 'sqlite' }, beside session",
    ]);
  });

  it('is the same in both ways', () => {
    expect(chosenStore({})).toEqual({ use: 'cookie' });
    expect(chosenStore({ session: { store: 'sqlite', options: { file: 'a' } } })).toEqual({ use: 'sqlite', file: 'a' });
    expect(chosenStore({ store: { use: 'sqlite', file: 'a' } })).toEqual({ use: 'sqlite', file: 'a' });
    expect(storeAsData({ store: { use: 'unstorage', storage: STORAGE } })).toEqual({ use: 'unstorage' });
  });
});

describe('The hierarchy of roles', () => {
  const hierarchy = { admin: ['editor'] };

  it('has two names, of which one is given', () => {
    for (const access of [{ hierarchy }, { roles: hierarchy }]) expect(inConfig({ access })).toEqual([]);
    const sentence =
      'access.hierarchy is given, and access.roles, which is its other name, as well: keep access.hierarchy';
    expect(inConfig({ access: { hierarchy, roles: hierarchy } })).toEqual([sentence]);
    expect(problemsOf(() => new AccessConfig({ hierarchy, roles: hierarchy }))).toEqual([sentence]);
  });

  it('must say for a role which others it brings', () => {
    const sentence = "must say for a role which others it brings: { admin: ['editor'] }";
    expect(inConfig({ access: { hierarchy: ['admin'] } })).toEqual([`access.hierarchy: ${sentence}`]);
  });

  it('is the same by either name', () => {
    for (const options of [{ hierarchy }, { roles: hierarchy }]) {
      expect(new AccessConfig(options).withBrought(['admin'])).toEqual(['admin', 'editor']);
    }
  });
});

describe('A rule', () => {
  it.each(['role', 'roles', 'permission', 'permissions', 'authenticatedWithin', 'allow'])(
    'is refused when its %s is undefined',
    (key) => {
      expect(withRule({ [key]: undefined })).toEqual([
        `protect[0].${key} is undefined: give it a value, or leave it out to ask for any signed-in visitor`,
      ]);
    },
  );

  it('is refused when its requirement stands where it would be lost', () => {
    class AdminRule {
      pattern = '/admin';
      get role() {
        return 'admin';
      }
    }
    const sentence = 'protect[0]: must be a plain object: { … }';
    expect(inConfig({ protect: [new AdminRule()] })).toEqual([sentence]);
    expect(inConfig({ protect: [Object.assign(Object.create({ role: 'admin' }), { pattern: '/a' })] })).toEqual([
      sentence,
    ]);
    expect(inConfig(Object.create({ globalProtect: true }))[0]).toMatch(/must be a plain object/);
    const hidden = Object.defineProperty({ pattern: '/a' }, 'role', { value: 'admin', enumerable: false });
    expect(inConfig({ protect: [hidden] })).toEqual(['protect[0].role is hidden: write it as an ordinary key']);
  });

  it.each([
    [
      { rol: 'admin' },
      /^protect\[0]\.rol: no such key of a rule; did you mean role\? There are pattern, action, island, role, /,
    ],
    [{ premissions: ['a'] }, /did you mean permissions\?/],
    [{ role: ['admin'] }, /^protect\[0]\.role: must be a text; for a list write roles$/],
    [{ permission: ['a'] }, /for a list write permissions$/],
    [{ authenticatedWithin: '5 minutes' }, /^protect\[0]\.authenticatedWithin: must be a number of seconds/],
    [{ authenticatedWithin: 0 }, /must be more than 0 seconds/],
    [{ enforce: 'no' }, /^protect\[0]\.enforce: must be true or false$/],
    [{ roles: 'admin' }, /^protect\[0]\.roles: must be a list; for a single one write role$/],
    [{ roles: [] }, /must name at least one/],
    [{ roles: ['admin', ''] }, /must hold texts/],
    [{ roles: [undefined] }, /must hold texts/],
    [{ roles: new Array(1) }, /must hold texts/],
    [{ role: '' }, /must not be empty/],
    [{ role: null }, /must be a text/],
    [{ allow: true }, /must be a function/],
    [{ pattern: 'admin' }, /must begin with "\/": write "\/admin"/],
  ])('%j is refused in a sentence', (rule, sentence) => {
    const problems = withRule(rule);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(sentence);
  });
});

describe('Where visitors are sent', () => {
  const elsewhere = [
    '//evil.example',
    '/\\evil.example',
    '\\/evil.example',
    '/a b',
    '/a\r\nb',
    '/a\tb',
    '/a\u00a0b',
    '',
  ];

  it.each([...elsewhere, 'login', 'https://sso.example/'])('cannot be %j', (path) => {
    for (const option of ['loginPath', 'homePath', 'forbiddenPath']) {
      const [sentence] = inConfig({ [option]: path });
      expect(sentence).toMatch(`${option}: must begin with one "/" and hold no backslash, blank or control character`);
    }
  });

  it('is told how a path is written', () => {
    expect(inConfig({ loginPath: 'account/login' })[0]).toMatch(/: write "\/account\/login"$/);
  });

  it.each([...elsewhere, 'javascript:alert(1)', 'data:text/html,a', 'https://', 'https:evil.example', 'login', 3])(
    'by a rule cannot be %j',
    (redirectTo) => {
      expect(withRule({ redirectTo })[0]).toMatch(/^protect\[0]\.redirectTo: must b/);
    },
  );

  it.each(['/login', '/login?why=x#top', 'https://sso.example/login?a=b', 'HTTP://localhost:8080/'])(
    'by a rule may be %s',
    (redirectTo) => {
      expect(withRule({ redirectTo })).toEqual([]);
    },
  );
});

describe('Options of the config and of the setup module', () => {
  it('are put side by side', () => {
    const merged = mergeOptions(
      { protect: [{ pattern: '/a' }], exclude: ['/b'], setup: 'a.ts' },
      { protect: [{ pattern: '/c' }], exclude: ['/d'], globalProtect: true, services: () => undefined },
    );
    expect(merged).toEqual({
      protect: [{ pattern: '/a' }, { pattern: '/c' }],
      exclude: ['/b', '/d'],
      globalProtect: true,
    });
  });

  it('are refused when both give the same one', () => {
    expect(problemsOf(() => mergeOptions({ debug: true }, { debug: true }))[0]).toMatch(
      /debug is given in astro.config/,
    );
  });

  it('are refused when they exclude pages from nothing', () => {
    const sentence =
      'exclude is given without globalProtect, so there is nothing it could leave alone: add globalProtect: true, or remove it';
    expect(problemsOf(() => mergeOptions({ exclude: ['/a'] }, {}))).toEqual([sentence]);
    expect(problemsOf(() => mergeOptions({}, { exclude: ['/a'] }))).toEqual([sentence]);
    expect(problemsOf(() => mergeOptions({ exclude: ['/a'], globalProtect: undefined }, {}))).toEqual([sentence]);
    expect(problemsOf(() => mergeOptions({ exclude: ['/a'], globalProtect: false }, {}))).toEqual([]);
    expect(problemsOf(() => mergeOptions({ exclude: ['/a'] }, { globalProtect: true }))).toEqual([]);
  });
});

describe('A schema of session data', () => {
  const inSetup = (sessionData: unknown) => problemsOf(() => checkSetupOptions({ sessionData }));

  it.each([
    ['zod', z.object({ visits: z.number() })],
    ['valibot', v.object({ visits: v.number() })],
    ['arktype', type({ visits: 'number' })],
  ])('may be of %s', (_, schema) => {
    expect(inSetup({ schema })).toEqual([]);
    expect(inSetup({ schema, migrate: () => undefined })).toEqual([]);
  });

  it.each([
    [z.object({}), 'sessionData: must say which is the schema: { schema }'],
    [type({}), 'sessionData: must say which is the schema: { schema }'],
    [
      { schema: { visits: Number } },
      'sessionData.schema: must be a schema of Zod, Valibot, ArkType or another library that follows https://standardschema.dev',
    ],
    [
      {},
      'sessionData.schema: must be a schema of Zod, Valibot, ArkType or another library that follows https://standardschema.dev',
    ],
    [{ schema: z.object({}), migrate: {} }, 'sessionData.migrate: must be a function'],
    [
      { schema: z.object({}), migrat: () => undefined },
      'sessionData.migrat: no such option of sessionData; did you mean migrate? There are schema, migrate',
    ],
    [true, 'sessionData: must be a plain object: { … }'],
  ])('is refused when it is not right, as %#', (given, problem) => {
    expect(inSetup(given)).toEqual([problem]);
  });

  it('is sent to the setup module where astro.config has it', () => {
    expect(inConfig({ sessionData: { schema: z.object({}) } })).toEqual([
      'sessionData: a schema is code: move it to defineGatehouse({…}) in src/gatehouse.ts',
    ]);
  });
});

describe('A setup module', () => {
  it.each([undefined, 'src/other.js'])('without a default export is told what to write (%s)', (file) => {
    expect(problemsOf(() => checkSetupOptions(undefined, file))).toEqual([
      `${file ?? 'src/gatehouse.ts'} has no default export: write export default defineGatehouse({ … })`,
    ]);
  });
});

describe('A requirement', () => {
  it.each([{}, { role: 'admin' }, { roles: ['a'], allow: () => true }, { permissions: ['p'], permission: 'q' }])(
    '%j is one',
    (requirement) => {
      expect(checkRequirement(requirement)).toBe(requirement);
    },
  );

  it.each([
    'admin',
    null,
    ['admin'],
    { rol: 'admin' },
    { permissions: [] },
    { role: undefined },
    { pattern: '/a' },
    { redirectTo: '/a' },
    Object.create({ role: 'admin' }),
  ])('%j is none', (requirement) => {
    expect(problemsOf(() => checkRequirement(requirement))).toHaveLength(1);
  });

  it('is shown when something else is given', () => {
    expect(problemsOf(() => checkRequirement('admin'))[0]).toMatch(/authorize\(\{ role: 'admin' }\): must be a plain/);
  });
});

describe('A guard beside a page', () => {
  const asGuard = (guard: unknown) => problemsOf(() => checkGuard(guard, 'src/pages/a.astro'));

  it.each([
    'public',
    'user',
    'guest',
    {},
    { role: 'admin', methods: ['GET'], status: 404, redirectTo: '/b', enforce: false, authenticatedWithin: 60 },
    { role: 'admin', status: 404, guestsSignIn: true },
    ['guest', { roles: ['a', 'b'] }, { allow: () => true }],
  ])('is right: %j', (guard) => {
    expect(asGuard(guard)).toEqual([]);
  });

  const either = "it is 'public', 'user', 'guest' or a requirement such as { role: 'admin' }";
  it.each<[unknown, string]>([
    ['admin', `guard of src/pages/a.astro: cannot be 'admin': ${either}`],
    [['user', 'Guest'], `[1]: cannot be 'Guest': ${either}`],
    [null, 'guard of src/pages/a.astro: must be a plain object: { … }'],
    [[], 'guard of src/pages/a.astro is an empty list, which admits nobody'],
    [undefined, 'guard of src/pages/a.astro is undefined: export one'],
    [{ role: 'admin', guestsSignIn: true }, 'guestsSignIn is for pages that hide: add status: 404'],
    [{ rol: 'admin' }, 'rol: no such key of a guard; did you mean role? There are role'],
    [{ pattern: '/a' }, 'pattern: no such key of a guard'],
    [{ role: undefined }, 'role is undefined: give it a value'],
    [[{ permissions: [] }], '[0].permissions: must name at least one'],
    [['guest', { role: 'a', enforce: false }], 'cannot have enforce: false in a list'],
  ])('is refused when it would protect less than was meant: %j', (guard, problem) => {
    expect(asGuard(guard)).toEqual([expect.stringContaining(problem)]);
    expect(asGuard(guard)).toEqual([expect.stringContaining('guard of src/pages/a.astro')]);
  });
});
