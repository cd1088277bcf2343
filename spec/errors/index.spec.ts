import { describe, expect, it } from '@jest/globals';
import * as errors from '../../lib/errors/index.js';

const SECRET_COMMAND = 'npx astro-gatehouse secret';

/** Each error with its code, its data, and the part of its message that says what to do. */
const SITUATIONS: [errors.GatehouseError, string, Record<string, unknown>, string][] = [
  [
    new errors.InvalidOptionsError(['a: wrong', 'b: wrong']),
    'INVALID_OPTIONS',
    { problems: ['a: wrong', 'b: wrong'] },
    '  - a: wrong\n  - b: wrong',
  ],
  [
    new errors.ExclusiveTimeoutError('token', 10),
    'EXCLUSIVE_TIMEOUT',
    { key: 'token', timeout: 10 },
    '{ timeout: 30 }',
  ],
  [
    new errors.SiteNotFoundError([]),
    'SITE_NOT_FOUND',
    { running: [], asked: undefined },
    "import { handler } from './dist/server/entry.mjs'",
  ],
  [new errors.ReadOnlySessionError('set()'), 'READ_ONLY_SESSION', { operation: 'set()' }, 'change it in a page'],
  [new errors.SessionEndedError('expired'), 'SESSION_ENDED', { why: 'expired' }, 'Close the connection.'],
  [
    new errors.ExclusiveOutcomeLostError('token', 'too-large'),
    'EXCLUSIVE_OUTCOME_LOST',
    { key: 'token', reason: 'too-large' },
    'Return less (an id instead of the object',
  ],
  [new errors.ImpersonationOffError(), 'IMPERSONATION_OFF', {}, "access: { impersonate: { role: 'support' } }"],
  [
    new errors.SessionValueTypeError('visits', 'increment', 'a number'),
    'SESSION_VALUE_TYPE',
    { key: 'visits', operation: 'increment', expected: 'a number' },
    'Use another key, or set a number first.',
  ],
  [
    new errors.UnknownAbilityError('invoice:edti', ['invoice:edit'], 'invoice:edit'),
    'UNKNOWN_ABILITY',
    { ability: 'invoice:edti', known: ['invoice:edit'], nearest: 'invoice:edit' },
    'did you mean invoice:edit? There are invoice:edit.',
  ],
  [
    new errors.MissingSecretError('GATEHOUSE_SECRET'),
    'MISSING_SECRET',
    { variable: 'GATEHOUSE_SECRET' },
    SECRET_COMMAND,
  ],
  [
    new errors.WeakSecretError('GATEHOUSE_SECRET', 'has 3 characters'),
    'WEAK_SECRET',
    { source: 'GATEHOUSE_SECRET', reason: 'has 3 characters' },
    SECRET_COMMAND,
  ],
  [
    new errors.EvictingStoreError('127.0.0.1:6379', 'allkeys-lru'),
    'EVICTING_STORE',
    { host: '127.0.0.1:6379', policy: 'allkeys-lru' },
    'CONFIG SET maxmemory-policy noeviction',
  ],
  [
    new errors.SessionListIncompleteError('RedisSessionStore'),
    'SESSION_LIST_INCOMPLETE',
    { store: 'RedisSessionStore' },
    'override RevocationList and call revokeAll()',
  ],
  [
    new errors.InvalidOverrideError('Clock', 'Mine', 'write it so.'),
    'INVALID_OVERRIDE',
    { replaced: 'Clock', replacement: 'Mine' },
    'Mine cannot replace Clock: write it so.',
  ],
  [
    new errors.MissingServiceError('Mailer', 'Shop'),
    'MISSING_SERVICE',
    { service: 'Mailer', neededBy: 'Shop' },
    'services.shared(Mailer)',
  ],
  [
    new errors.CaptiveServiceError('Shop', 'Cart'),
    'CAPTIVE_SERVICE',
    { service: 'Shop', captive: 'Cart' },
    'services.perRequest(Shop)',
  ],
  [
    new errors.ServiceConstructionError('Shop', new Error('closed')),
    'SERVICE_CONSTRUCTION',
    { service: 'Shop' },
    'Shop could not be created at start: closed',
  ],
  [
    new errors.SessionCommittedError("session.set('a')"),
    'SESSION_COMMITTED',
    { operation: "session.set('a')" },
    "in the page's own frontmatter",
  ],
  [
    new errors.InvalidSessionValueError('cart', 'it is a function'),
    'INVALID_SESSION_VALUE',
    { key: 'cart' },
    'turn instances of your own classes into plain objects',
  ],
  [
    new errors.TestRunnerMissingError('vitest'),
    'TEST_RUNNER_MISSING',
    { module: 'vitest' },
    "import { describe, it } from 'vitest'",
  ],
  [
    new errors.SessionConflictError(200),
    'SESSION_CONFLICT',
    { attempts: 200 },
    'Reduce the number of concurrent requests that change one session.',
  ],
  [
    new errors.SessionsNotListedError('CookieSessionStore'),
    'SESSIONS_NOT_LISTED',
    { store: 'CookieSessionStore' },
    "(store: { use: 'sqlite' }, 'postgres', 'redis' or 'memory')",
  ],
  [
    new errors.StoreUnavailableError('read', new Error('It is away.')),
    'STORE_UNAVAILABLE',
    { operation: 'read' },
    'Make sure that the store is running and can be reached.',
  ],
  [
    new errors.InvalidSessionDataError('"visits"', 'expected number'),
    'INVALID_SESSION_DATA',
    { key: '"visits"', issue: 'expected number' },
    'make every key optional in the schema that a new session does not have',
  ],
  [
    new errors.MissingClientError('RedisSessionStore', 'redis', 'Install it: npm install redis'),
    'MISSING_CLIENT',
    { store: 'RedisSessionStore', client: 'redis' },
    'Install it: npm install redis',
  ],
  [
    new errors.SessionTooLargeError(5000, 4096, ['"cart"']),
    'SESSION_TOO_LARGE',
    { size: 5000, limit: 4096, largestKeys: ['"cart"'] },
    "store: { use: 'memory' }",
  ],
  [
    new errors.TooManyKeysError('visit-1001', 1000),
    'TOO_MANY_KEYS',
    { key: 'visit-1001', limit: 1000 },
    'Store related values under one key',
  ],
  [
    new errors.InvalidVisitorError('userId', 'a string'),
    'INVALID_VISITOR',
    { key: 'userId' },
    'Correct the value that you pass to signIn()',
  ],
  [
    new errors.UnguardedFilesError([{ path: '/a', file: 'src/pages/a.astro', protectedBy: 'protect[0]' }]),
    'UNGUARDED_FILES',
    { files: [{ path: '/a', file: 'src/pages/a.astro', protectedBy: 'protect[0]' }] },
    'export const prerender = false',
  ],
  [
    new errors.GuardedRouteInIsrError([{ route: '/a', protectedBy: 'protect[0]' }]),
    'GUARDED_ROUTE_IN_ISR',
    { routes: [{ route: '/a', protectedBy: 'protect[0]' }] },
    "isr: { exclude: ['/a'] }",
  ],
  [
    new errors.NodejsCompatMissingError('2026-01-01'),
    'NODEJS_COMPAT_MISSING',
    { date: '2026-01-01' },
    '"compatibility_flags": ["nodejs_compat"]',
  ],
  [
    new errors.ServerCodeInBrowserError('src/pages/index.astro', 'astro-gatehouse/server'),
    'SERVER_CODE_IN_BROWSER',
    { importer: 'src/pages/index.astro', imported: 'astro-gatehouse/server' },
    'Call it in the frontmatter of a page, an action or an endpoint',
  ],
  [
    new errors.UnwritableFileError('/srv/shop/sessions.db', Object.assign(new Error('no'), { code: 'EROFS' })),
    'UNWRITABLE_FILE',
    { file: '/srv/shop/sessions.db' },
    'Let the user that runs the server own its folder',
  ],
  [
    new errors.UnhostedStoreError('sqlite', 'Vercel', 'files end with the function', "store: { use: 'cookie' }"),
    'UNHOSTED_STORE',
    { store: 'sqlite', host: 'Vercel' },
    "Use store: { use: 'cookie' }",
  ],
  [
    new errors.EdgeMiddlewareError('@astrojs/vercel'),
    'EDGE_MIDDLEWARE',
    { adapter: '@astrojs/vercel' },
    "Remove middlewareMode: 'edge'",
  ],
  [
    new errors.MistakenRulesError(['protect[0] names no action']),
    'MISTAKEN_RULES',
    { problems: ['protect[0] names no action'] },
    'Correct or remove them',
  ],
  [
    new errors.UselessRulesError(['protect[0] never applies']),
    'USELESS_RULES',
    { problems: ['protect[0] never applies'] },
    'move it before the one that hides it',
  ],
  [
    new errors.DeadEndsError(['protect[0] leads to itself. Write before it: { … }']),
    'DEAD_ENDS',
    { problems: ['protect[0] leads to itself. Write before it: { … }'] },
    'Write before it',
  ],
  [
    new errors.MissingPagesError(['loginPath leads to /login, where the site has no page']),
    'MISSING_PAGES',
    { problems: ['loginPath leads to /login, where the site has no page'] },
    'the site has no page',
  ],
  [
    new errors.HiddenPagesRevealedError(['src/pages/404.astro']),
    'HIDDEN_PAGES_REVEALED',
    { files: ['src/pages/404.astro'] },
    'export const prerender = false',
  ],
  [
    new errors.GuardedRouteCachedError([{ route: '/a', protectedBy: 'protect[0]', entry: '/[...all]' }]),
    'GUARDED_ROUTE_CACHED',
    { routes: [{ route: '/a', protectedBy: 'protect[0]', entry: '/[...all]' }] },
    'narrow its pattern',
  ],
  [
    new errors.SetupNotLoadedError('src/gatehouse.ts', 'no database'),
    'SETUP_NOT_LOADED',
    { file: 'src/gatehouse.ts', reason: 'no database' },
    'inside the functions that you register',
  ],
  [
    new errors.UnguardedPipelineError('src/fetch.ts'),
    'UNGUARDED_PIPELINE',
    { file: 'src/fetch.ts' },
    'before actions() and pages()',
  ],
  [new errors.SharedLocalsError(), 'SHARED_LOCALS', {}, 'Pass a new object each time'],
  [new errors.AstroSessionMissingError(), 'ASTRO_SESSION_MISSING', {}, 'Configure session.driver'],
  [
    new errors.OutsideRequestError('signIn()', 'setSession()'),
    'OUTSIDE_REQUEST',
    { helper: 'signIn()' },
    'pass the Astro context as its last argument',
  ],
  [
    new errors.InvalidCallError('signIn(user, context?)', 'was given too few arguments', 'setSession()'),
    'INVALID_CALL',
    { helper: 'signIn(user, context?)', problem: 'was given too few arguments' },
    'Call it like this: signIn(user, context?).',
  ],
  [
    new errors.AccessDeniedError(401, true, 'not signed in'),
    'UNAUTHORIZED',
    { status: 401, mayRedirect: true, reason: 'not signed in' },
    "Check in the page's own frontmatter",
  ],
  [
    new errors.AccessDeniedError(403, false, 'not yours'),
    'FORBIDDEN',
    { status: 403, mayRedirect: false, reason: 'not yours' },
    "Check in the page's own frontmatter",
  ],
];

describe('An error', () => {
  it.each(SITUATIONS.map(([error, code, data, cure]) => ({ name: error.name, error, code, data, cure })))(
    'has a code, its data and the cure in its message: $name with $code',
    ({ name, error, code, data, cure }) => {
      expect(error).toBeInstanceOf(errors.GatehouseError);
      expect(error).toBeInstanceOf(Error);
      expect(error).toMatchObject({ code, ...data });
      expect(name).toBe(error.constructor.name);
      expect(error.message).toMatch(/^\[astro-gatehouse\] /);
      expect(error.message).toContain(cure);
    },
  );

  it('is in this list, whatever its class', () => {
    const listed = new Set(SITUATIONS.map(([error]) => error.name));
    const classes = Object.keys(errors).filter((name) => name !== 'GatehouseError');
    expect(classes.filter((name) => !listed.has(name))).toEqual([]);
  });

  it('names the sites that run, where none or several are meant', () => {
    const several = new errors.SiteNotFoundError(['gatehouse-a', 'gatehouse-b']).message;
    expect(several).toContain('found several running sites in this process');
    expect(several).toContain("{ site: … }, one of 'gatehouse-a', 'gatehouse-b'");
    const missing = new errors.SiteNotFoundError(['gatehouse-a'], 'gatehouse-c').message;
    expect(missing).toContain("found no running site with the name 'gatehouse-c'");
  });

  it('has a code of its own for each situation', () => {
    const codes = SITUATIONS.map(([error]) => error.code);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it.each([
    ['reload', 'access.reload failed: It is away.'],
    ['schema', 'sessionData.schema or sessionData.migrate failed: It is away.'],
  ])('distinguishes an outage of %s from one of the store', (operation, sentence) => {
    const { message } = new errors.StoreUnavailableError(operation, new Error('It is away.'));
    expect(message).toContain(sentence);
    expect(message).toContain('Make sure that the service it calls is running and can be reached.');
  });

  it('keeps the error that a service threw as its cause', () => {
    const cause = new Error('closed');
    expect(new errors.ServiceConstructionError('Shop', cause).cause).toBe(cause);
    expect(new errors.ServiceConstructionError('Shop', 'closed').message).toContain('closed');
  });
});

describe('An outage of the store', () => {
  it.each(['connect ECONNREFUSED 127.0.0.1:6379', 'It is away.', 'Why?'])(
    'is described in complete sentences: %s',
    (reason) => {
      const { message } = new errors.StoreUnavailableError('read', new Error(reason));
      expect(message).toMatch(/[.?] Until it works again, protected pages are answered with 503/);
    },
  );
});
