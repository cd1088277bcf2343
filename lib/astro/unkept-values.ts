import type { DecisionLog } from '../access/decision-log.js';
import { printable } from '../session/printable.js';
import { draftOf, type Session } from '../session/session.js';

const STANDS_ASIDE =
  'your application has named another visitor than the one whose session the browser has. See docs/beside.md.';

/** Logs, once for each reason, that a value was set in a session and is not stored. Otherwise nobody would notice. */
export class UnkeptValues {
  readonly #told = new Set<string>();

  constructor(
    private readonly sameSite: string,
    private readonly log: DecisionLog,
  ) {}

  /**
   * @param isAside True when the session stands aside for another visitor.
   * @param isPassing True when the session would replace one whose cookie was withheld.
   */
  tellOf(session: Session, isAside: boolean | undefined, isPassing: boolean): void {
    if (isAside) this.#tell(session, STANDS_ASIDE);
    if (isPassing) this.#tellOfPassing(session);
  }

  #tellOfPassing(session: Session): void {
    const { sameSite } = this;
    this.#tell(
      session,
      `the request came from another site, with which browsers do not send a cookie that is SameSite=${sameSite}; a ` +
        `session that begins here would take the place of the visitor's own. Do it with a request of your own pages, ` +
        `or write session: { cookie: { sameSite: '${sameSite === 'strict' ? 'lax' : 'none'}' ` +
        `} }. signIn() is kept. See docs/stores.md.`,
    );
  }

  #tell(session: Session, reason: string): void {
    const { values, flashes } = draftOf(session);
    const [key] = [...values.keys(), ...flashes.added.keys()];
    if (key === undefined || this.#told.has(reason)) return;
    this.#told.add(reason);
    this.log.misfit(`"${printable(key)}" was set in a session and is not stored: ${reason} This is logged once.`);
  }
}
