import type { CsrfConfig } from '../../access/csrf/csrf-config.js';
import { InvalidOptionsError } from '../../errors/index.js';
import type { SessionConfig } from '../../session/session-config.js';
import type { SessionStore } from '../../session/stores/session-store.js';
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
  if (maxAccounts === 1) return;
  const problems: string[] = [];
  if (!store.abilities.endsSessions || store instanceof AstroSessionStore) {
    problems.push(
      `session.maxAccounts needs a store on the server that keeps each session under its own id, and ` +
        `${store.constructor.name} does not: choose 'sqlite', 'postgres', 'redis' or 'memory'`,
    );
  }
  if (!usesTokensEverywhere) {
    problems.push(
      'session.maxAccounts needs csrf.requireToken: true, because a form without a token in a tab of one account would be ' +
        'sent in the name of another, to which the visitor has switched meanwhile. Patterns could forget an address to ' +
        'which a form is sent; name what programs send to in csrf.except',
    );
  }
  if (problems.length > 0) throw new InvalidOptionsError(problems);
}
