import { describe, expect, it } from '@jest/globals';
import { CsrfConfig, type CsrfOptions } from '../../../lib/access/csrf/csrf-config.js';
import type { GuardedRequest } from '../../../lib/access/guard/guarded-request.js';
import { GuardedPaths } from '../../../lib/access/paths/guarded-paths.js';
import { InvalidOptionsError } from '../../../lib/errors/index.js';
import { call } from '../../support/guarded-request.js';

function pathsOf(address: string, parts: Partial<GuardedRequest> = {}): GuardedPaths {
  const paths = GuardedPaths.of(call(address, { method: 'POST', ...parts }), '');
  if (!paths) throw new Error(`${address} cannot be read`);
  return paths;
}

const HOOKS = new CsrfConfig({ except: ['/webhooks/**', '/_actions/ping'] });
const removal = { name: 'remove', calledFrom: 'form' } as const;
const ping = { name: 'ping', calledFrom: 'rpc' } as const;

describe('An exception', () => {
  it.each<[string, GuardedPaths]>([
    ['a path that its pattern matches', pathsOf('/webhooks/stripe')],
    ['the same with a trailing slash', pathsOf('/webhooks/')],
    ['the same with a suffix that Astro removes', pathsOf('/webhooks/a.html', { routePattern: '/webhooks/a' })],
    ['a route with parameters', pathsOf('/webhooks/a', { routePattern: '/webhooks/[from]', params: { from: 'a' } })],
    [
      'an action',
      pathsOf('/_actions/ping', { routePattern: '/_actions/[...path]', params: { path: 'ping' }, action: ping }),
    ],
    ['a rewrite from one such path to another', pathsOf('/webhooks/b', { originalPathname: '/webhooks/a' })],
  ])('applies to %s', (_, paths) => {
    expect(HOOKS.excepts(paths)).toBe(true);
  });

  it.each<[string, GuardedPaths]>([
    ['another path', pathsOf('/account')],
    ['a path that only begins the same way', pathsOf('/webhooksx')],
    ['a path that is served by another route', pathsOf('/webhooks/a', { routePattern: '/account' })],
    ['another path that is served by an excepted route', pathsOf('/account', { routePattern: '/webhooks/a' })],
    ['an action that is sent to an excepted path', pathsOf('/webhooks/a', { action: removal })],
    ['a rewrite from an excepted path', pathsOf('/account', { originalPathname: '/webhooks/a' })],
    ['a rewrite to an excepted path', pathsOf('/webhooks/a', { originalPathname: '/account' })],
  ])('does not apply to %s', (_, paths) => {
    expect(HOOKS.excepts(paths)).toBe(false);
  });

  it('rejects a pattern that can never match, as rules do', () => {
    expect(() => new CsrfConfig({ except: ['webhooks'] })).toThrow(InvalidOptionsError);
  });
});

describe('A path that would take too long to match', () => {
  const patterns = Array.from({ length: 200 }, (_, at) => `/**/a${at}/**/z`);
  const paths = pathsOf(`/${Array.from({ length: 200 }, (_, at) => `a${at}`).join('/')}`);

  it('is no exception and requires a token', () => {
    expect(new CsrfConfig({ except: patterns }).excepts(paths)).toBe(false);
    expect(new CsrfConfig({ requireToken: patterns }).asksForToken(paths)).toBe(true);
  });
});

describe('A token', () => {
  const asked = (given: boolean | CsrfOptions, paths: GuardedPaths | undefined) =>
    new CsrfConfig(given).asksForToken(paths);
  const some: CsrfOptions = { requireToken: ['/account/**', '/_actions/remove'] };

  it('is required nowhere by default', () => {
    for (const given of [true, {}, { requireToken: false }, { requireToken: [] }, false]) {
      expect(asked(given, pathsOf('/account'))).toBe(false);
      expect(asked(given, undefined)).toBe(false);
      expect(new CsrfConfig(given).usesTokens).toBe(false);
    }
  });

  it('is required where a pattern matches any path of the request', () => {
    expect(new CsrfConfig(some).usesTokens).toBe(true);
    expect(asked(some, pathsOf('/account/name'))).toBe(true);
    expect(asked(some, pathsOf('/other', { routePattern: '/account' }))).toBe(true);
    expect(asked(some, pathsOf('/account', { routePattern: '/other' }))).toBe(true);
    expect(asked(some, pathsOf('/other', { originalPathname: '/account' }))).toBe(true);
    expect(asked(some, pathsOf('/other', { action: removal }))).toBe(true);
    expect(asked(some, undefined)).toBe(true);
    expect(asked(some, pathsOf('/other'))).toBe(false);
  });

  it('is required everywhere with requireToken: true, except for islands', () => {
    const island = { routePattern: '/_server-islands/[name]', params: { name: 'News' } };
    expect(asked({ requireToken: true }, pathsOf('/anything'))).toBe(true);
    expect(asked({ requireToken: true }, pathsOf('/_server-islands/News', island))).toBe(false);
    expect(asked({ requireToken: true }, pathsOf('/anything', island))).toBe(true);
    expect(asked({ requireToken: true }, pathsOf('/_server-islands/News', { ...island, action: removal }))).toBe(true);
    expect(asked({ requireToken: true }, pathsOf('/_server-islands/News'))).toBe(false);
  });
});

describe('The CSRF protection', () => {
  it('is on by default', () => {
    expect(new CsrfConfig().isOn).toBe(true);
    expect(new CsrfConfig({}).isOn).toBe(true);
    expect(new CsrfConfig(false).isOn).toBe(false);
  });
});
