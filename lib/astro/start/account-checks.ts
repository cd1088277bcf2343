import type { CsrfConfig } from '../../access/csrf/csrf-config.js';
import { InvalidOptionsError } from '../../errors/index.js';
import type { SessionConfig } from '../../session/session-config.js';
import type { SessionStore } from '../../session/stores/session-store.js';
import { AstroSessionStore } from './astro-session-store.js';

/**
 * Checks what several accounts in one browser need.
 *
 * @throws {InvalidOptionsError} When the store cannot keep several sessions of one browser, or no form has a token.
 */
export function assertSeveralAccounts(
  { maxAccounts }: Pick<SessionConfig, 'maxAccounts'>,
  { usesTokens }: Pick<CsrfConfig, 'usesTokens'>,
  store: SessionStore,
): void {
  if (maxAccounts === 1) return;
  const problems: string[] = [];
  if (!store.abilities.endsSessions || store instanceof AstroSessionStore) {
    problems.push(
      `session.maxAccounts needs a store on the server that keeps each session under its own id, and ` +
        `${store.constructor.name} does not: choose 'sqlite', 'postgres', 'redis' or 'memory'`,
    );
  }
  if (!usesTokens) {
    problems.push(
      'session.maxAccounts needs csrf.requireToken: otherwise a form in a tab of one account would be sent in the name ' +
        'of another, to which the visitor has switched meanwhile. Set requireToken: true, or the patterns of such forms',
    );
  }
  if (problems.length > 0) throw new InvalidOptionsError(problems);
}
