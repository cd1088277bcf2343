import { CsrfConfig } from '../../access/csrf/csrf-config.js';
import type { CommonOptions } from './options.js';
import { type ChosenStore, chosenStore } from './store-choice.js';

/** The named stores that cannot keep several sessions of one browser, with their classes. */
const UNFIT: Partial<Record<ChosenStore['use'], string>> = {
  cookie: 'CookieSessionStore',
  astro: 'AstroSessionStore',
};

/**
 * Returns one sentence for each problem of several accounts in one browser.
 *
 * @param unfit The class of a store that cannot keep several sessions of one browser; `undefined` for any other store.
 */
export function accountProblems(maxAccounts: number, usesTokensEverywhere: boolean, unfit?: string): string[] {
  if (maxAccounts === 1) return [];
  const problems: string[] = [];
  if (unfit !== undefined) {
    problems.push(
      `session.maxAccounts needs a store on the server that keeps each session under its own id, and ` +
        `${unfit} does not: choose 'sqlite', 'postgres', 'redis' or 'memory'`,
    );
  }
  if (!usesTokensEverywhere) {
    problems.push(
      'session.maxAccounts needs csrf.requireToken: true, because a form without a token in a tab of one account would be ' +
        'sent in the name of another, to which the visitor has switched meanwhile. Patterns could forget an address to ' +
        'which a form is sent; name what programs send to in csrf.except',
    );
  }
  return problems;
}

/**
 * Returns the problems of several accounts that options alone show, before anything is created.
 *
 * @param hasOwnStore True when code may replace the store that the options name.
 */
export function accountProblemsOf(
  options: Pick<CommonOptions, 'csrf' | 'session' | 'store'>,
  hasOwnStore: boolean,
): string[] {
  const unfit = hasOwnStore ? undefined : UNFIT[chosenStore(options).use];
  return accountProblems(options.session?.maxAccounts ?? 1, new CsrfConfig(options.csrf).usesTokensEverywhere, unfit);
}
