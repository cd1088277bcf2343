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
    ['the same with a slash behind', pathsOf('/webhooks/')],
    ['the same with a suffix that Astro takes off', pathsOf('/webhooks/a.html', { routePattern: '/webhooks/a' })],
    ['a route with parameters', pathsOf('/webhooks/a', { routePattern: '/webhooks/[from]', params: { from: 'a' } })],
    [
      'an action',
      pathsOf('/_actions/ping', { routePattern: '/_actions/[...path]', params: { path: 'ping' }, action: ping }),
    ],
    [
      'what has been rewritten from one such path to another',
      pathsOf('/webhooks/b', { originalPathname: '/webhooks/a' }),
    ],
  ])('holds for %s', (_, paths) => {
    expect(HOOKS.excepts(paths)).toBe(true);
  });

  it.each<[string, GuardedPaths]>([
    ['another path', pathsOf('/account')],
    ['a path that only begins like it', pathsOf('/webhooksx')],
    ['a path that is served by another route', pathsOf('/webhooks/a', { routePattern: '/account' })],
    ['another path that is served by such a route', pathsOf('/account', { routePattern: '/webhooks/a' })],
    ['an action that is sent there', pathsOf('/webhooks/a', { action: removal })],
    ['what has been rewritten from there', pathsOf('/account', { originalPathname: '/webhooks/a' })],
    ['what has been rewritten to there', pathsOf('/webhooks/a', { originalPathname: '/account' })],
  ])('does not hold for %s', (_, paths) => {
    expect(HOOKS.excepts(paths)).toBe(false);
  });

  it('is a pattern like those of rules', () => {
    expect(() => new CsrfConfig({ except: ['webhooks'] })).toThrow(InvalidOptionsError);
  });
});

describe('A path for which it would take too long to find its pattern', () => {
  const patterns = Array.from({ length: 200 }, (_, at) => `/**/a${at}/**/z`);
  const paths = pathsOf(`/${Array.from({ length: 200 }, (_, at) => `a${at}`).join('/')}`);

  it('is no exception, and asks for a token', () => {
    expect(new CsrfConfig({ except: patterns }).excepts(paths)).toBe(false);
    expect(new CsrfConfig({ requireToken: patterns }).asksForToken(paths)).toBe(true);
  });
});

describe('A token', () => {
  const asked = (given: boolean | CsrfOptions, paths: GuardedPaths | undefined) =>
    new CsrfConfig(given).asksForToken(paths);
  const some: CsrfOptions = { requireToken: ['/account/**', '/_actions/remove'] };

  it('is asked for nowhere unless somebody says so', () => {
    for (const given of [true, {}, { requireToken: false }, { requireToken: [] }, false]) {
      expect(asked(given, pathsOf('/account'))).toBe(false);
      expect(asked(given, undefined)).toBe(false);
      expect(new CsrfConfig(given).usesTokens).toBe(false);
    }
  });

  it('is asked for where a pattern matches anything that the request can be taken for', () => {
    expect(new CsrfConfig(some).usesTokens).toBe(true);
    expect(asked(some, pathsOf('/account/name'))).toBe(true);
    expect(asked(some, pathsOf('/other', { routePattern: '/account' }))).toBe(true);
    expect(asked(some, pathsOf('/account', { routePattern: '/other' }))).toBe(true);
    expect(asked(some, pathsOf('/other', { originalPathname: '/account' }))).toBe(true);
    expect(asked(some, pathsOf('/other', { action: removal }))).toBe(true);
    expect(asked(some, undefined)).toBe(true);
    expect(asked(some, pathsOf('/other'))).toBe(false);
  });

  it('is asked for everywhere, but for islands', () => {
    const island = { routePattern: '/_server-islands/[name]', params: { name: 'News' } };
    expect(asked({ requireToken: true }, pathsOf('/anything'))).toBe(true);
    expect(asked({ requireToken: true }, pathsOf('/_server-islands/News', island))).toBe(false);
    expect(asked({ requireToken: true }, pathsOf('/anything', island))).toBe(true);
    expect(asked({ requireToken: true }, pathsOf('/_server-islands/News', { ...island, action: removal }))).toBe(true);
    expect(asked({ requireToken: true }, pathsOf('/_server-islands/News'))).toBe(false);
  });
});

describe('The protection', () => {
  it('is on until it is switched off', () => {
    expect(new CsrfConfig().isOn).toBe(true);
    expect(new CsrfConfig({}).isOn).toBe(true);
    expect(new CsrfConfig(false).isOn).toBe(false);
  });
});
