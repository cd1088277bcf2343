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

/** Returns the problems that a check reports. */
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
  it('are valid when they match the interface', () => {
    const options: GatehouseOptions = {
      loginPath: '/enter?from=site',
      homePath: '/',
      forbiddenPath: '/no-entry/',
      protect: [
        { pattern: '/admin', role: 'admin', roles: ['a', 'b'], permission: 'p', permissions: ['q'], allow: () => true },
        { pattern: '/blog/**', redirectTo: undefined },
        {
          pattern: '/billing',
          authenticatedWithin: 300,
          remembered: false,
          enforce: false,
          methods: ['POST'],
          status: 404,
        },
      ],
      exclude: ['/about', { pattern: '/hooks/**', methods: ['POST'] }],
      globalProtect: true,
      access: { getRole: () => 'admin' },
      session: { store: 'memory', idleTimeout: 60, cookie: { name: 'a', path: '/', sameSite: 'lax', secure: true } },
      csrf: {
        except: ['/webhooks/**', '/_actions/ping'],
        requireToken: ['/account/**'],
        credentialHeaders: ['X-API-Key'],
      },
      wwwAuthenticate: 'Bearer realm="invoices"',
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
    [{ protect: {} }, 'protect: must be an array'],
    [{ protect: ['/admin'] }, "protect[0]: must be a rule: write { pattern: '/admin' }"],
    [{ protect: [1] }, 'protect[0]: must be a plain object: { … }'],
    [{ session: { store: 'disk' } }, "session.store: must be one of 'cookie', 'memory', 'astro', 'sqlite', 'redis'"],
    [
      { session: { store: 'sqlit' } },
      "session.store: must be one of 'cookie', 'memory', 'astro', 'sqlite', 'redis'; did you mean 'sqlite'?",
    ],
    [
      { session: { cookie: { sameSite: 'Lax' } } },
      "session.cookie.sameSite: must be one of 'lax', 'strict', 'none'; did you mean 'lax'?",
    ],
    [{ session: { options: {} } }, 'session.options: the cookie store has no options'],
    [
      { session: { store: 'redis', options: { url: 'redis://u:secret@host' } } },
      'session.options.url: contains a password, which would become part of the build: set REDIS_URL instead, or ' +
        'set store in src/gatehouse.ts',
    ],
    [
      { session: { store: 'memory', options: { maxSessions: 0.5 } } },
      'session.options.maxSessions: must be a whole number above 0',
    ],
    [{ session: { maxSessionsPerUser: 0 } }, 'session.maxSessionsPerUser: must be a whole number above 0'],
    [
      { session: { maxAccounts: 1 } },
      'session.maxAccounts: must be a whole number from 2 to 5; leave it out for one account',
    ],
    [
      { session: { maxAccounts: 6 } },
      'session.maxAccounts: must be a whole number from 2 to 5; leave it out for one account',
    ],
    [
      { session: { maxAccounts: 2.5 } },
      'session.maxAccounts: must be a whole number from 2 to 5; leave it out for one account',
    ],
    [{ session: { endsWithBrowser: 'yes' } }, 'session.endsWithBrowser: must be true or false'],
    [{ session: { quiet: '/api/**' } }, "session.quiet: must be an array of patterns: ['/api/notifications/**']"],
    [{ session: { quiet: ['api/**'] } }, expect.stringMatching(/^session\.quiet\[0]: .*"?\/api\/\*\*/)],
    [{ session: { quiet: ['/{a/b,c}/**'] } }, expect.stringMatching(/^session\.quiet\[0]: pattern "\/\{a\/b,c\}/)],
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
    [
      { forms: 'redirect' },
      "forms: must be true, false, or an object with the fields that are never kept: { leaveOut: ['iban'] }",
    ],
    [{ forms: { leaveOut: 'iban' } }, 'forms.leaveOut: must be an array of strings'],
    [{ forms: { leaveOut: [''] } }, 'forms.leaveOut[0]: must be a non-empty string'],
    [{ forms: { except: ['iban'] } }, 'forms.except: no such option of forms. There are leaveOut'],
    [{ csrf: 'off' }, "csrf: must be true, false, or an object with exceptions: { except: ['/webhooks/**'] }"],
    [{ csrf: ['/webhooks'] }, "csrf: must be true, false, or an object with exceptions: { except: ['/webhooks/**'] }"],
    [{ csrf: { except: 'webhooks' } }, 'csrf.except: must be an array'],
    [{ csrf: { except: ['webhooks'] } }, 'csrf.except[0]: pattern "webhooks" must begin with "/": write "/webhooks"'],
    [
      { csrf: { excpet: ['/webhooks'] } },
      'csrf.excpet: no such option of csrf; did you mean except? There are except, trustedOrigins, requireToken, credentialHeaders',
    ],
    [
      { csrf: { trustedOrigins: 'https://a.example' } },
      "csrf.trustedOrigins: must be an array of origins: ['https://app.example.com', 'capacitor://localhost']",
    ],
    [
      { csrf: { trustedOrigins: ['https://a.example', 'https://b.example/'] } },
      'csrf.trustedOrigins[1]: must be an origin alone, as browsers send it: write "https://b.example"',
    ],
    [
      { csrf: { trustedOrigins: ['null'] } },
      'csrf.trustedOrigins[0] is what browsers send for pages of anybody, such as a sandboxed frame or a file: list the address of your page',
    ],
    [
      { csrf: { credentialHeaders: ['Accept'] } },
      'csrf.credentialHeaders[0]: "Accept" proves nothing, because a browser or a proxy may add it to requests that another site causes: name a header that only your programs set, such as X-API-Key',
    ],
    [
      { csrf: { credentialHeaders: ['Authorization'] } },
      'csrf.credentialHeaders[0]: "Authorization" is considered already, with every scheme that browsers do not use by themselves: leave it out',
    ],
    [
      { wwwAuthenticate: 'Bearer realm="a"\r\nX: y' },
      `wwwAuthenticate: must be the value of a WWW-Authenticate header, in one line: 'Bearer realm="invoices"'`,
    ],
    [
      { wwwAuthenticate: 'Bearer realm="ä"' },
      `wwwAuthenticate: must be the value of a WWW-Authenticate header, in one line: 'Bearer realm="invoices"'`,
    ],
    [
      { wwwAuthenticate: '' },
      `wwwAuthenticate: must be the value of a WWW-Authenticate header, in one line: 'Bearer realm="invoices"'`,
    ],
    [{ identify: () => undefined }, 'identify: it is code: move it to defineGatehouse({…}) in src/gatehouse.ts'],
    [{ csrf: { requireToken: '/a' } }, "csrf.requireToken: must be true, or an array of patterns: ['/account/**']"],
    [{ csrf: { requireToken: ['/a', 'b'] } }, 'csrf.requireToken[1]: pattern "b" must begin with "/": write "/b"'],
    [
      { protect: [{ pattern: '/a', public: false }] },
      'protect[0].public: must be true, which admits everybody; otherwise leave it out',
    ],
    [
      { protect: [{ pattern: '/a', public: true, role: 'x', enforce: false }] },
      'protect[0].public is set, which admits everybody, so role and enforce would have no effect: remove one of them',
    ],
    [
      { protect: [{ pattern: '/a', anyPermission: 'x' }] },
      'protect[0].anyPermission: must be an array of strings; for a single one write permission',
    ],
    [
      { protect: [{ pattern: '/a', anyPermission: [] }] },
      'protect[0].anyPermission: must name at least one; leave it out to require any signed-in visitor',
    ],
    [
      { protect: [{ pattern: '/a', anyPermission: undefined }] },
      'protect[0].anyPermission is undefined: set it, or leave it out to require any signed-in visitor',
    ],
    [
      { exclude: '/a' },
      "exclude: must be an array of patterns: ['/health', { pattern: '/api/webhooks/**', methods: ['POST'] }]",
    ],
    [{ exclude: ['/a', 'b'] }, 'exclude[1]: pattern "b" must begin with "/": write "/b"'],
    [
      { exclude: [{ pattern: 'b', methods: ['POST'] }] },
      'exclude[0].pattern: pattern "b" must begin with "/": write "/b"',
    ],
    [
      { exclude: [{ pattern: '/b', methods: ['post'] }] },
      "exclude[0].methods[0]: must be an array of methods in capitals, for instance ['POST', 'DELETE']",
    ],
    [
      { exclude: [{ pattern: '/b' }] },
      "exclude[0].methods: must be an array of methods in capitals, for instance ['POST', 'DELETE']",
    ],
    [
      { exclude: [{ pattern: '/b', method: 'POST', methods: ['POST'] }] },
      'exclude[0].method: no such option of an entry of exclude; did you mean methods? There are pattern, methods',
    ],
    [
      { exclude: [5] },
      "exclude[0]: must be a pattern, or one with methods: { pattern: '/api/webhooks/**', methods: ['POST'] }",
    ],
    [{ services: () => undefined }, 'services: services are code: write them in src/gatehouse.ts'],
  ])('are rejected with an explanation: %j', (options, sentence) => {
    expect(inConfig(options)).toEqual([sentence]);
  });

  it('are all checked, and every problem is reported together', () => {
    expect(inConfig({ loginPath: 1, debug: 'no', protect: [{ pattern: '/a', rol: 'x', roles: [] }] })).toHaveLength(4);
    expect(inConfig({ forms: { leave: 1, out: 1 } })).toEqual([
      'forms.leave: no such option of forms. There are leaveOut',
      'forms.out: no such option of forms. There are leaveOut',
    ]);
    expect(inConfig({ csrf: { except: [1, '/a', 'b'], requireToken: false } })).toEqual([
      'csrf.except[0]: must be a string',
      'csrf.except[2]: pattern "b" must begin with "/": write "/b"',
    ]);
  });

  it.each(['access', 'csrf', 'forms', 'session', 'store'])('%s cannot be an instance of a class', (option) => {
    class Options {}
    for (const problems of [inConfig, (options: object) => problemsOf(() => checkSetupOptions(options))]) {
      expect(problems({ [option]: new Options() })).toHaveLength(1);
      expect(problems({ [option]: Object.create({ use: 'redis' }) })).toHaveLength(1);
      expect(problems({ [option]: new Map() })).toHaveLength(1);
    }
  });

  it.each<[object]>([
    [{ protect: new Array(1) }],
    [{ exclude: new Array(1) }],
    [{ protect: [{ pattern: '/a', methods: new Array(1) }] }],
    [{ access: { roles: { admin: new Array(1) } } }],
  ])('cannot have holes in an array, as in %j', (options) => {
    expect(inConfig(options)).toHaveLength(1);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('have no key %s', (key) => {
    const withKey = (rest: object) =>
      JSON.parse(JSON.stringify({ ...rest, key: 'admin' }).replace('"key"', `"${key}"`));
    const unknown = (path: string, owner: string) => [expect.stringMatching(`^${path}${key}: no such .* of ${owner}`)];
    expect(inConfig(withKey({}))).toEqual(unknown('', 'gatehouse'));
    expect(inConfig({ store: withKey({ use: 'redis' }) })).toEqual(unknown('store.', 'the redis store'));
    expect(inConfig({ protect: [withKey({ pattern: '/a' })] })).toEqual(unknown('protect\\[0]\\.', 'a rule'));
    expect(inConfig({ csrf: withKey({}) })).toEqual(unknown('csrf.', 'csrf'));
  });

  it.each([
    [{ setup: () => undefined }, 'setup: must be a non-empty string'],
    [{ protect: [{ pattern: '/a', roles: '' }] }, /^protect\[0]\.roles: must be an array of strings; for a single one/],
    [{ protect: [{ pattern: '/a', role: [] }] }, /^protect\[0]\.role: must be a non-empty string; for an array/],
    [{ protect: [{ pattern: '/a', methods: () => [] }] }, /^protect\[0]\.methods: must be an array of methods/],
  ])('are refused once where a length could be looked at: %j', (options, sentence) => {
    expect(inConfig(options)).toEqual([expect.stringMatching(sentence)]);
  });

  it.each([Number.POSITIVE_INFINITY, Number.NaN, -1, '60', 60n])('cannot be a number of seconds: %s', (seconds) => {
    for (const option of ['idleTimeout', 'storeTimeout']) {
      expect(inConfig({ session: { [option]: seconds } })).toEqual([expect.stringMatching(/must be .* seconds/)]);
    }
    const reload = () => null;
    expect(inConfig({ access: { reload, revalidate: seconds } })).toEqual([
      'access.revalidate: must be a number of seconds, or 0',
    ]);
  });

  it('cannot be async where an answer is used immediately', () => {
    for (const later of [async () => 'admin', function* () {}, async function* () {}]) {
      expect(inConfig({ access: { getRole: later } })).toEqual([
        'access.getRole: cannot be async, because its answer is read immediately: move asynchronous queries to access.reload',
      ]);
    }
  });

  it('that are misspelt cause an error with a suggestion and the list of valid ones', () => {
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
    [{ use: 'postgres' }],
    [{ use: 'postgres', url: 'postgres://ada@db:5432/shop?sslmode=require', table: 'auth.sessions', timeout: 1 }],
    [{ use: 'redis' }],
    [{ use: 'redis', url: 'rediss://cache:6380', keyPrefix: 'shop:', timeout: 1 }],
    [{ use: 'redis', url: undefined }],
  ])('may be %j (%#)', (store) => {
    expect(problems({ store })).toEqual([]);
    expect(problems({ store, session: { idleTimeout: 60 } })).toEqual([]);
  });

  it.each<[unknown, string]>([
    ['redis', "store: must name the store to use: { use: 'redis' }"],
    ['postgre', "store: must name the store to use: { use: 'postgres' }"],
    [true, "store: must name the store to use: { use: 'sqlite' }"],
    [{}, "store.use: must be one of 'cookie', 'memory', 'sqlite', 'postgres', 'redis', 'unstorage', 'astro'"],
    [
      { use: 'disk' },
      "store.use: must be one of 'cookie', 'memory', 'sqlite', 'postgres', 'redis', 'unstorage', 'astro'",
    ],
    [
      { use: 'Postgre' },
      "store.use: must be one of 'cookie', 'memory', 'sqlite', 'postgres', 'redis', 'unstorage', 'astro'; did you mean 'postgres'?",
    ],
    [
      { use: 'redis', keyPrefx: 'a' },
      'store.keyPrefx: no such option of the redis store; did you mean keyPrefix? There are use, url, cluster, sentinel, replicas, keyPrefix, timeout',
    ],
    [
      { use: 'constructor' },
      "store.use: must be one of 'cookie', 'memory', 'sqlite', 'postgres', 'redis', 'unstorage', 'astro'",
    ],
    [{ use: 'cookie', file: 'a' }, 'store.file: no such option of the cookie store. There are use'],
    [
      { use: 'redis', url: 'cache' },
      "store.url: must be an address: redis://localhost:6379, or rediss://… for TLS, followed by nothing but a database's number",
    ],
    [{ use: 'redis', timeout: 0 }, 'store.timeout: must be more than 0 seconds'],
    [{ use: 'redis', cluster: 'a:7000' }, "store.cluster: must be an array of addresses: ['host:7000']"],
    [{ use: 'redis', cluster: [] }, 'store.cluster: must name at least one'],
    [
      { use: 'redis', cluster: ['a:7000', 'http://b:7000'] },
      'store.cluster[1]: must be an address: host:7000, or rediss://host:7000 for TLS',
    ],
    [{ use: 'redis', sentinel: { name: 'main', nodes: [] } }, 'store.sentinel.nodes: must name at least one'],
    [{ use: 'redis', sentinel: { name: '', nodes: ['a'] } }, 'store.sentinel.name: must be a non-empty string'],
    [{ use: 'redis', replicas: 0 }, 'store.replicas: must be a whole number above 0'],
    [
      { use: 'redis', url: 'redis://a', cluster: ['b:7000'] },
      'store: url and cluster each name where Redis is: keep one of them',
    ],
    [{ use: 'postgres', url: 'mysql://db/shop' }, 'store.url: must be an address: postgres://localhost:5432/shop'],
    [
      { use: 'postgres', table: 'a b' },
      "store.table: must be the name of a table, of letters, digits and _, alone or after a schema: 'auth.sessions'",
    ],
    [
      { use: 'postgres', pool: {} },
      'store.pool: no such option of the postgres store. There are use, url, table, timeout',
    ],
    [{ use: 'sqlite', file: '' }, 'store.file: must be a non-empty string'],
    [{ use: 'memory', maxSessions: 0 }, 'store.maxSessions: must be a whole number above 0'],
  ])('cannot be %j', (store, sentence) => {
    expect(problems({ store })).toEqual([sentence]);
  });

  it('cannot be chosen by both options', () => {
    expect(problems({ store: { use: 'redis' }, session: { store: 'memory' } })).toEqual([
      "store is set, and session.store as well: keep store: { use: 'redis' }, and remove session.store",
    ]);
  });
});

describe('The store option', () => {
  it('may contain a password only in the setup module, which is not part of the build', () => {
    for (const place of [
      { cluster: ['a:1', 'redis://:secret@b'] },
      { sentinel: { name: 'a', nodes: ['redis://u:secret@b'] } },
    ]) {
      expect(inSetup({ store: { use: 'redis', ...place } })).toEqual([]);
      expect(inConfig({ store: { use: 'redis', ...place } })).toEqual([
        expect.stringMatching(/^store\.(?:cluster\[1\]|sentinel\.nodes\[0\]): contains a password, .*REDIS_PASSWORD/),
      ]);
    }
    const store = { use: 'redis', url: 'redis://u:secret@host' };
    expect(inSetup({ store })).toEqual([]);
    expect(inConfig({ store })).toEqual([
      'store.url: contains a password, which would become part of the build: set REDIS_URL instead, or set store in ' +
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
  ])('rejects %s as an address of redis, because its client cannot read it, and does not repeat it', (url) => {
    const problem =
      "store.url: must be an address: redis://localhost:6379, or rediss://… for TLS, followed by nothing but a database's number";
    for (const check of [inConfig, inSetup]) expect(check({ store: { use: 'redis', url } })).toEqual([problem]);
  });

  it.each(['redis://cache', 'rediss://cache:6380/2', 'REDIS://cache/', 'redis://user@cache'])(
    'accept redis at %s',
    (url) => {
      for (const check of [inConfig, inSetup]) expect(check({ store: { use: 'redis', url } })).toEqual([]);
    },
  );

  it('accept a query of the redis address in the setup module alone, where it does not become part of the build', () => {
    const store = { use: 'redis', url: 'redis://cache?password=secret' };
    expect(inSetup({ store })).toEqual([]);
    expect(inConfig({ store })).toEqual([
      'store.url: contains a query, which would become part of the build: set REDIS_URL instead, or set store in ' +
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
  ])('reject a secret among the options of a driver in astro.config: %s', (place, options) => {
    expect(inConfig({ store: { use: 'unstorage', driver: 'redis', options } })).toEqual([
      `store.options: ${place} contains a secret, which would become part of the build: write store in src/gatehouse.ts, ` +
        'where storage: createStorage({ driver: … }) can read the environment of the server',
    ]);
  });

  it('accept all other options of a driver in astro.config', () => {
    const options = { base: './data/user@home', url: 'https://cache.example.org/a:b@c', ttl: 60, password: undefined };
    expect(inConfig({ store: { use: 'unstorage', driver: 'http', options } })).toEqual([]);
  });

  it('takes a driver of unstorage in astro.config, and a storage in the setup module', () => {
    const more = { keyPrefix: 'shop:', consistency: 'last-write-wins' };
    expect(inConfig({ store: { use: 'unstorage', driver: 'fs', options: { base: './data' }, ...more } })).toEqual([]);
    expect(inSetup({ store: { use: 'unstorage', storage: STORAGE, ...more } })).toEqual([]);
    expect(inConfig({ store: { use: 'unstorage', driver: 'fs', storage: STORAGE } })).toEqual([
      "store.storage: a storage is code, which belongs in src/gatehouse.ts; here name a driver: { use: 'unstorage', driver: 'fs' }",
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

  it('cannot be combined with session.store across astro.config and the setup module', () => {
    const merged = (config: GatehouseOptions, setup: SetupOptions) => problemsOf(() => mergeOptions(config, setup));
    const sentence =
      "store is set, and session.store and session.options as well: keep store: { use: 'memory' }, and remove session.store and session.options";
    const former = { session: { store: 'sqlite', options: { file: 'a' } } } as const;
    expect(merged(former, { store: { use: 'memory' } })).toEqual([sentence]);
    expect(merged({ store: { use: 'memory' } }, { session: { store: 'memory' } })).toHaveLength(1);
    expect(merged({ store: { use: 'memory' } }, { store: { use: 'memory' } })).toEqual([
      'store is set in astro.config and in the setup module: keep it in one of them',
    ]);
    expect(merged({ store: { use: 'memory' }, setup: 'src/gatehouse.ts' }, { store: { use: 'memory' } })).toEqual([
      'store is set in astro.config and in src/gatehouse.ts: keep it in one of them',
    ]);
    expect(merged({ session: { idleTimeout: 60 } }, { store: { use: 'memory' } })).toEqual([]);
  });

  it('is suggested when the setup module names a store in session.store', () => {
    expect(inSetup({ session: { store: 'sqlite' } })).toEqual([
      "session.store: can be 'sqlite' in astro.config only; here write store: { use: 'sqlite' }, beside session",
    ]);
  });

  it('gives the same settings as session.store', () => {
    expect(chosenStore({})).toEqual({ use: 'cookie' });
    expect(chosenStore({ session: { store: 'sqlite', options: { file: 'a' } } })).toEqual({ use: 'sqlite', file: 'a' });
    expect(chosenStore({ store: { use: 'sqlite', file: 'a' } })).toEqual({ use: 'sqlite', file: 'a' });
    expect(storeAsData({ store: { use: 'unstorage', storage: STORAGE } })).toEqual({ use: 'unstorage' });
  });
});

describe('The hierarchy of roles', () => {
  const hierarchy = { admin: ['editor'] };

  it('has two names, of which only one may be given', () => {
    for (const access of [{ hierarchy }, { roles: hierarchy }]) expect(inConfig({ access })).toEqual([]);
    const sentence =
      'access.hierarchy is set, and access.roles, which is its other name, as well: keep access.hierarchy';
    expect(inConfig({ access: { hierarchy, roles: hierarchy } })).toEqual([sentence]);
    expect(problemsOf(() => new AccessConfig({ hierarchy, roles: hierarchy }))).toEqual([sentence]);
  });

  it('must list for each role which other roles it includes', () => {
    const sentence = "must be an object with the roles that each role includes: { admin: ['editor'] }";
    expect(inConfig({ access: { hierarchy: ['admin'] } })).toEqual([`access.hierarchy: ${sentence}`]);
  });

  it('is the same by either name', () => {
    for (const options of [{ hierarchy }, { roles: hierarchy }]) {
      expect(new AccessConfig(options).withBrought(['admin'])).toEqual(['admin', 'editor']);
    }
  });
});

describe('A rule', () => {
  it.each(['role', 'roles', 'permission', 'permissions', 'authenticatedWithin', 'remembered', 'allow'])(
    'is rejected when its %s is undefined',
    (key) => {
      expect(withRule({ [key]: undefined })).toEqual([
        `protect[0].${key} is undefined: set it, or leave it out to require any signed-in visitor`,
      ]);
    },
  );

  it('is rejected when its requirement is inherited or not enumerable', () => {
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
    [{ role: ['admin'] }, /^protect\[0]\.role: must be a non-empty string; for an array write roles$/],
    [{ permission: ['a'] }, /for an array write permissions$/],
    [{ authenticatedWithin: '5 minutes' }, /^protect\[0]\.authenticatedWithin: must be a number of seconds/],
    [{ authenticatedWithin: 0 }, /must be more than 0 seconds/],
    [{ remembered: true }, /^protect\[0]\.remembered: must be false, which asks who is only remembered/],
    [{ remembered: undefined }, /remembered.*is undefined/],
    [{ enforce: 'no' }, /^protect\[0]\.enforce: must be true or false$/],
    [{ roles: 'admin' }, /^protect\[0]\.roles: must be an array of strings; for a single one write role$/],
    [{ roles: [] }, /must name at least one/],
    [{ roles: ['admin', ''] }, /^protect\[0]\.roles\[1]: must be a non-empty string$/],
    [{ roles: [undefined] }, /^protect\[0]\.roles\[0]: must be a non-empty string$/],
    [{ roles: new Array(1) }, /^protect\[0]\.roles\[0]: must be a non-empty string$/],
    [{ role: '' }, /must be a non-empty string/],
    [{ role: null }, /must be a non-empty string/],
    [{ allow: true }, /must be a function/],
    [{ pattern: 'admin' }, /must begin with "\/": write "\/admin"/],
  ])('is rejected with an explanation: %j (%#)', (rule, sentence) => {
    const problems = withRule(rule);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(sentence);
  });
});

describe('A redirect target', () => {
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

  it.each([...elsewhere, 'login', 'https://sso.example/'])('cannot be %j in an option', (path) => {
    for (const option of ['loginPath', 'homePath', 'forbiddenPath']) {
      const [sentence] = inConfig({ [option]: path });
      expect(sentence).toMatch(`${option}: must begin with one "/" and hold no backslash, blank or control character`);
    }
  });

  it.each([
    [{ loginPath: { '/admin/**': '/admin/in', '/**': '/in' } }, undefined],
    [{ loginPath: {} }, /^loginPath: must be the path of a page, or an object with pages by pattern: /],
    [{ loginPath: ['/in'] }, /^loginPath: must be the path of a page, or an object with pages by pattern: /],
    [{ loginPath: { admin: '/in' } }, /^loginPath\.admin: pattern "admin" must begin with "\/": write "\/admin"/],
    [{ loginPath: { '/a': 'in' } }, /^loginPath\.\/a: must begin with one "\/" .*: write "\/in"$/],
    [{ loginPath: { '/a': '//evil.example' } }, /^loginPath\.\/a: must begin with one "\/"/],
    [{ loginPath: { '/a': 3 } }, /^loginPath\.\/a: must begin with one "\/"/],
    [{ loginPath: { '/**': '/in', '/a': '/b' } }, /^loginPath\.\/a is never used, because "\/\*\*" comes before it/],
    [{ forbiddenPath: { render: '/no' } }, undefined],
    [{ forbiddenPath: { render: 'no' } }, /^forbiddenPath\.render: must begin with one "\/" .*: write "\/no"$/],
    [{ forbiddenPath: { render: '//evil.example' } }, /^forbiddenPath\.render: must begin with one "\/"/],
    [{ forbiddenPath: { show: '/no' } }, /^forbiddenPath\.(?:show|render): /],
    [{ forbiddenPath: true }, /^forbiddenPath: must be the path of a page, or { render: '\/no-entry' }/],
  ])('may be several, or be rendered: %j', (options, problem) => {
    const [sentence] = inConfig(options);
    if (problem) expect(sentence).toMatch(problem);
    else expect(sentence).toBeUndefined();
  });

  it('is not accepted in a rule that hides the page', () => {
    const sentence = /^protect\[0]\.forbiddenPath: has no effect with status: 404/;
    expect(withRule({ role: 'a', status: 404, forbiddenPath: '/no' })[0]).toMatch(sentence);
    expect(withRule({ role: 'a', forbiddenPath: { render: '/no' } })).toEqual([]);
  });

  it('is corrected in the message when it is relative', () => {
    expect(inConfig({ loginPath: 'account/login' })[0]).toMatch(/: write "\/account\/login"$/);
  });

  it.each([...elsewhere, 'javascript:alert(1)', 'data:text/html,a', 'https://', 'https:evil.example', 'login', 3])(
    'cannot be %j in a rule',
    (redirectTo) => {
      expect(withRule({ redirectTo })[0]).toMatch(/^protect\[0]\.redirectTo: must b/);
    },
  );

  it.each(['/login', '/login?why=x#top', 'https://sso.example/login?a=b', 'HTTP://localhost:8080/'])(
    'may be %s in a rule',
    (redirectTo) => {
      expect(withRule({ redirectTo })).toEqual([]);
    },
  );
});

describe('Options of astro.config and of the setup module', () => {
  it('are merged', () => {
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

  it('are rejected when both files set the same one', () => {
    expect(problemsOf(() => mergeOptions({ debug: true }, { debug: true }))[0]).toMatch(/debug is set in astro.config/);
  });

  it('are rejected when exclude is set without globalProtect', () => {
    const sentence = 'exclude is set without globalProtect, so it has no effect: add globalProtect: true, or remove it';
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
  ])('may come from %s', (_, schema) => {
    expect(inSetup({ schema })).toEqual([]);
    expect(inSetup({ schema, migrate: () => undefined })).toEqual([]);
  });

  it.each([
    [z.object({}), 'sessionData: must be an object with the schema: { schema }'],
    [type({}), 'sessionData: must be an object with the schema: { schema }'],
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
  ])('is rejected when it is invalid (%#)', (given, problem) => {
    expect(inSetup(given)).toEqual([problem]);
  });

  it('must be moved to the setup module when it is in astro.config', () => {
    expect(inConfig({ sessionData: { schema: z.object({}) } })).toEqual([
      'sessionData: a schema is code: move it to defineGatehouse({…}) in src/gatehouse.ts',
    ]);
  });
});

describe('A setup module', () => {
  it.each([undefined, 'src/other.js'])(
    'without a default export causes an error with the line to write (%s)',
    (file) => {
      expect(problemsOf(() => checkSetupOptions(undefined, file))).toEqual([
        `${file ?? 'src/gatehouse.ts'} has no default export: write export default defineGatehouse({ … })`,
      ]);
    },
  );
});

describe('A requirement', () => {
  it.each([
    {},
    { role: 'admin' },
    { roles: ['a'], allow: () => true },
    { permissions: ['p'], permission: 'q' },
    { anyPermission: ['p', 'q'] },
  ])('may be %j', (requirement) => {
    expect(checkRequirement(requirement)).toBe(requirement);
  });

  it.each([
    'admin',
    null,
    ['admin'],
    { rol: 'admin' },
    { permissions: [] },
    { role: undefined },
    { pattern: '/a' },
    { redirectTo: '/a' },
    { public: true },
    { anyPermission: [] },
    Object.create({ role: 'admin' }),
  ])('cannot be %j (%#)', (requirement) => {
    expect(problemsOf(() => checkRequirement(requirement))).toHaveLength(1);
  });

  it('is shown in the message as it should be written', () => {
    expect(problemsOf(() => checkRequirement('admin'))[0]).toMatch(/authorize\(\{ role: 'admin' }\): must be a plain/);
  });
});

describe('A guard exported by a page', () => {
  const asGuard = (guard: unknown) => problemsOf(() => checkGuard(guard, 'src/pages/a.astro'));

  it.each([
    'public',
    'user',
    'guest',
    {},
    { role: 'admin', methods: ['GET'], status: 404, redirectTo: '/b', enforce: false, authenticatedWithin: 60 },
    { role: 'admin', status: 404, guestsSignIn: true },
    { anyPermission: ['a', 'b'] },
    [{ public: true, methods: ['GET'] }, { role: 'admin' }],
    ['guest', { roles: ['a', 'b'] }, { allow: () => true }],
  ])('may be %j', (guard) => {
    expect(asGuard(guard)).toEqual([]);
  });

  const either = "must be 'public', 'user', 'guest' or a requirement such as { role: 'admin' }";
  it.each<[unknown, string]>([
    ['admin', `guard of src/pages/a.astro: ${either}`],
    [['user', 'Guest'], `[1]: ${either}`],
    [null, `guard of src/pages/a.astro: ${either}`],
    [[['user']], `[0]: ${either}`],
    [new Array(1), '[0] is undefined: export a guard'],
    [Object.create({ role: 'admin' }), `guard of src/pages/a.astro: ${either}`],
    [[{ role: 'admin', allow: undefined }], '[0].allow is undefined: set it'],
    [[], 'guard of src/pages/a.astro is an empty array, which admits nobody'],
    [undefined, 'guard of src/pages/a.astro is undefined: export a guard'],
    [{ role: 'admin', guestsSignIn: true }, 'guestsSignIn is for pages that hide: add status: 404'],
    [{ public: true, role: 'admin' }, 'public is set, which admits everybody, so role would have no effect'],
    [{ rol: 'admin' }, 'rol: no such key of a guard; did you mean role? There are role'],
    [{ pattern: '/a' }, 'pattern: no such key of a guard'],
    [{ role: undefined }, 'role is undefined: set it'],
    [[{ permissions: [] }], '[0].permissions: must name at least one'],
    [['guest', { role: 'a', enforce: false }], 'cannot have enforce: false in an array'],
  ])('is rejected when it would protect less than intended: %j', (guard, problem) => {
    expect(asGuard(guard)).toEqual([expect.stringContaining(problem)]);
    expect(asGuard(guard)).toEqual([expect.stringContaining('guard of src/pages/a.astro')]);
  });
});
