import { injectable } from '../injectable.js';

/** Where the time comes from. Override it to freeze time in a test. */
@injectable()
export class Clock {
  /** @returns Milliseconds since the epoch. */
  now(): number {
    return Date.now();
  }
}
