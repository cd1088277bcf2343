import { printable } from '../../base/text.js';
import type { DecisionLog } from '../guard/decision-log.js';

/** Maximum number of names that are remembered: an application has few roles, and a mistake must not fill the memory. */
const MOST_NAMES = 100;

/**
 * Notices a role that a session has everywhere although it depends on the route: a sign-in that stores `role: 'admin'` makes
 * its user an admin of every organisation.
 */
export class RolesEverywhere {
  readonly #ofRoutes = new Set<string>();
  #isLogged = false;

  constructor(private readonly log: DecisionLog) {}

  /**
   * @param everywhere The roles that a visitor has on every route.
   * @param here The roles that `rolesFor` gave somebody on one route.
   */
  compare(everywhere: readonly string[], here: readonly string[]): void {
    if (this.#isLogged) return;
    for (const role of here) if (this.#ofRoutes.size < MOST_NAMES) this.#ofRoutes.add(role);
    const role = everywhere.find((name) => this.#ofRoutes.has(name));
    if (role === undefined) return;
    this.#isLogged = true;
    const name = printable(role);
    this.log.misfit(
      `The role ${name} depends on the route (access.rolesFor), and a visitor has it on every route: their session, or whatever ` +
        `names them, contains it, so they are ${name} in organisations that they do not belong to. Sign users in without it: ` +
        'signIn({ userId: user.id }). If both are meant, use two names. This is logged once.',
    );
  }
}
