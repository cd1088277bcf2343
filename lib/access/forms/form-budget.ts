import { FORM_LIFETIME } from './kept-form.js';

/** Characters, in the time for which a form is kept: several thousand forms of an ordinary size. */
const MOST = 8 * 1024 * 1024;

/**
 * How much is kept of forms by people who have not signed in. Anybody can send one, as often as they like and each from
 * a session of its own: without a bound the store would be theirs to fill.
 */
export class FormBudget {
  #since = Number.NEGATIVE_INFINITY;
  #spent = 0;

  /** @param size Characters. @param now Milliseconds since the epoch. @returns Whether a form of this size may be kept. */
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
