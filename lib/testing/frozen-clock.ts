import { Clock } from '../base/clock.js';

/**
 * A clock for tests. Its time changes only when {@link advance} is called.
 *
 * @example
 * const clock = new FrozenClock();
 * clock.advance(60 * 60); // one hour later
 */
export class FrozenClock extends Clock {
  #now: number;

  constructor(now = Date.UTC(2030, 0, 1)) {
    super();
    this.#now = now;
  }

  override now(): number {
    return this.#now;
  }

  /**
   * Moves the time forward.
   *
   * @param seconds Seconds to add.
   */
  advance(seconds: number): void {
    this.#now += seconds * 1000;
  }
}
