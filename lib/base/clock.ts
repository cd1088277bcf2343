import { injectable } from '../injectable.js';

/** The source of the current time. Override it to freeze time in a test. */
@injectable()
export class Clock {
  /** Returns the current time in milliseconds since the epoch. */
  now(): number {
    return Date.now();
  }
}
