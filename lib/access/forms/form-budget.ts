import { FORM_LIFETIME } from './kept-form.js';

/** Maximum number of characters per {@link FORM_LIFETIME}: several thousand forms of ordinary size. */
const MOST = 8 * 1024 * 1024;

/**
 * Limits the forms that are kept for guests. Anybody can post forms, as often as they like and each with a new session;
 * without a limit they could fill the store.
 */
export class FormBudget {
  #since = Number.NEGATIVE_INFINITY;
  #spent = 0;

  /**
   * @param size Characters.
   * @param now Milliseconds since the epoch.
   * @returns True when a form of this size may be kept.
   */
  spend(size: number, now: number): boolean {
    if (now - this.#since >= FORM_LIFETIME) {
      this.#since = now;
      this.#spent = 0;
    }
    if (this.#spent + size > MOST) return false;
    this.#spent += size;
    return true;
  }
}
