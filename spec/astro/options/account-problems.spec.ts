import { describe, expect, it } from '@jest/globals';
import { accountProblemsOf } from '../../../lib/astro/options/account-problems.js';
import type { CommonOptions } from '../../../lib/astro/options/options.js';

const STORE = expect.stringMatching(
  /^session\.maxAccounts needs a store on the server .* and \w+SessionStore does not/,
);
const TOKEN = expect.stringMatching(/^session\.maxAccounts needs csrf\.requireToken: true/);
const TOKENS = { csrf: { requireToken: true } } as const;
const SEVERAL = { session: { maxAccounts: 3 } } as const;

describe('Options for several accounts in one browser', () => {
  it.each<[string, CommonOptions, boolean, unknown[]]>([
    ['one account', { session: {} }, false, []],
    ['the default store, and no tokens', SEVERAL, false, [STORE, TOKEN]],
    ['the default store', { ...SEVERAL, ...TOKENS }, false, [STORE]],
    ['the store astro', { ...SEVERAL, ...TOKENS, store: { use: 'astro' } }, false, [STORE]],
    ['the former way to name a store', { ...TOKENS, session: { ...SEVERAL.session, store: 'astro' } }, false, [STORE]],
    ['a store on the server, and no tokens', { ...SEVERAL, store: { use: 'memory' } }, false, [TOKEN]],
    [
      'a store on the server, and tokens in places',
      { ...SEVERAL, store: { use: 'sqlite' }, csrf: { requireToken: ['/a'] } },
      false,
      [TOKEN],
    ],
    ['a store on the server, and tokens', { ...SEVERAL, ...TOKENS, store: { use: 'sqlite' } }, false, []],
    ["a store of one's own, and tokens", { ...SEVERAL, ...TOKENS }, true, []],
    ["a store of one's own, and no protection", { ...SEVERAL, csrf: false }, true, [TOKEN]],
  ])('are judged without a server: %s', (_, options, hasOwnStore, problems) => {
    expect(accountProblemsOf(options, hasOwnStore)).toEqual(problems);
  });
});
