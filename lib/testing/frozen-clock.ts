import { Clock } from '../session/clock.js';

/** Stands still until it is told to move. */
export class FrozenClock extends Clock {
  #now: number;

  constructor(now = Date.UTC(2030, 0, 1)) {
    super();
    this.#now = now;
  }

  override now(): number {
    return this.#now;
  }

  advance(seconds: number): void {
    this.#now += seconds * 1000;
  }
}
