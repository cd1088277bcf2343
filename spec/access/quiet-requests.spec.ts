import { describe, expect, it } from '@jest/globals';
import { GuardConfig } from '../../lib/access/guard/guard-config.js';
import { type AskedQuietly, QuietRequests } from '../../lib/access/quiet-requests.js';

const site = new GuardConfig({}, { base: '/shop' });
const quiet = new QuietRequests(['/api/notifications/**', '/_actions/poll'], site);

function asked(path: string, parts: Partial<AskedQuietly> = {}): AskedQuietly {
  return { pathname: `/shop${path}`, routePattern: path, params: {}, headers: new Headers(), ...parts };
}

describe('A request', () => {
  it('is quiet when a pattern matches the path of its page', () => {
    expect(quiet.has(asked('/api/notifications'))).toBe(true);
    const resolved = { pathname: '/shop/api/notifications/a', params: { id: 'a' } };
    expect(quiet.has(asked('/api/notifications/[id]', resolved))).toBe(true);
    expect(quiet.has(asked('/account'))).toBe(false);
  });

  it.each(['/shop/api/notifications/', '/shop//api/notifications', '/shop/api/%6Eotifications'])(
    'is quiet however its path is written: %s',
    (pathname) => {
      expect(quiet.has(asked('/api/notifications', { pathname }))).toBe(true);
    },
  );

  it('is not quiet when it leads to a page that is not, or was sent to another, or calls an action there', () => {
    const page = { pathname: '/shop/api/notifications', routePattern: '/account' };
    expect(quiet.has(asked('', page))).toBe(false);
    expect(quiet.has(asked('/api/notifications', { originalPathname: '/shop/account' }))).toBe(false);
    expect(quiet.has(asked('/api/notifications', { action: { name: 'buy', calledFrom: 'form' } }))).toBe(false);
    expect(quiet.has(asked('/api/notifications', { action: { name: 'poll', calledFrom: 'form' } }))).toBe(true);
    expect(quiet.has(asked('/api/notifications', { pathname: '/shop/api/%zz' }))).toBe(false);
  });

  it('is quiet when it is for a server island that a pattern names', () => {
    const islands = new QuietRequests(['/_server-islands/Inbox'], site);
    const of = (...islandNames: string[][]) =>
      asked('/_server-islands/[name]', {
        pathname: '/shop/_server-islands/Inbox_a1',
        params: { name: 'Inbox_a1' },
        islandNames,
      });
    expect([islands.has(of(['Inbox'])), islands.has(of(['Other'])), islands.has(of())]).toEqual([true, false, false]);
    expect(islands.has(of(['Inbox'], ['Other']))).toBe(false);
  });

  it('is quiet with the header of a script, whatever its path', () => {
    const loud = new QuietRequests([], site);
    const withHeader = (value: string) => asked('/account', { headers: new Headers({ 'x-session-quiet': value }) });
    expect(loud.has(withHeader('1'))).toBe(true);
    expect(['', '0', 'false', 'yes', '1, 1'].map((value) => loud.has(withHeader(value)))).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(loud.has(asked('/account'))).toBe(false);
  });
});
