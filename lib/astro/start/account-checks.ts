import type { CsrfConfig } from '../../access/csrf/csrf-config.js';
import { InvalidOptionsError } from '../../errors/index.js';
import type { SessionConfig } from '../../session/session-config.js';
import type { SessionStore } from '../../session/stores/session-store.js';
import { accountProblems } from '../options/account-problems.js';
import { AstroSessionStore } from './astro-session-store.js';

/**
 * Checks what several accounts in one browser need.
 *
 * @throws {InvalidOptionsError} When the store cannot keep several sessions of one browser, or not every form has a token.
 */
export function assertSeveralAccounts(
  { maxAccounts }: Pick<SessionConfig, 'maxAccounts'>,
  { usesTokensEverywhere }: Pick<CsrfConfig, 'usesTokensEverywhere'>,
  store: SessionStore,
): void {
  const isUnfit = !store.abilities.endsSessions || store instanceof AstroSessionStore;
  const problems = accountProblems(maxAccounts, usesTokensEverywhere, isUnfit ? store.constructor.name : undefined);
  if (problems.length > 0) throw new InvalidOptionsError(problems);
}
