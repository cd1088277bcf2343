import { createHash } from 'node:crypto';
import type { SecurityEvents } from 'astro-gatehouse/server';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Who tries to sign in, and from where. */
export interface Attempt {
  readonly account: string;
  readonly clientAddress: string;
}

/** Limits how often passwords can be guessed. A correct password does not count. */
export class SignInLimits {
  readonly #ofAddress = new RateLimiterMemory({
    keyPrefix: 'address',
    points: 50,
    duration: 15 * MINUTE,
    blockDuration: HOUR,
  });
  readonly #ofAddressAndAccount = new RateLimiterMemory({
    keyPrefix: 'address and account',
    points: 5,
    duration: 15 * MINUTE,
    blockDuration: 15 * MINUTE,
  });
  readonly #ofAccount = new RateLimiterMemory({ keyPrefix: 'account', points: 100, duration: HOUR });

  constructor(private readonly events: SecurityEvents) {}

  /**
   * Counts an attempt, before its password is checked: otherwise many attempts at once would all pass.
   *
   * @returns Seconds after which the next attempt may succeed; `undefined` if this one may.
   */
  async count(attempt: Attempt): Promise<number | undefined> {
    // The limit of the address comes first, so that an address that has reached it uses up no other limit.
    for (const [limiter, key] of this.#limitersFor(attempt)) {
      try {
        await limiter.consume(key);
      } catch (reached) {
        if (!(reached instanceof RateLimiterRes)) throw reached;
        const retryAfter = Math.ceil(reached.msBeforeNext / 1000);
        const { clientAddress } = attempt;
        const limit = limiter.keyPrefix;
        this.events.emit('signin.throttled', () => ({ limit, clientAddress, retryAfter: `${retryAfter}` }));
        return retryAfter;
      }
    }
    return undefined;
  }

  /** Takes an attempt back, because its password was correct. */
  async forgive(attempt: Attempt): Promise<void> {
    const [ofAddress, ofBoth, ofAccount] = this.#limitersFor(attempt);
    await Promise.all([
      ofAddress[0].reward(ofAddress[1]),
      ofBoth[0].delete(ofBoth[1]),
      ofAccount[0].reward(ofAccount[1]),
    ]);
  }

  #limitersFor({ account, clientAddress }: Attempt) {
    const address = networkOf(clientAddress);
    const user = hashed(account.trim().toLowerCase());
    return [
      [this.#ofAddress, address],
      [this.#ofAddressAndAccount, `${address} ${user}`],
      [this.#ofAccount, user],
    ] as const;
  }
}

/** Hashes what a stranger typed: it may be long, or a password in the wrong field. */
function hashed(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** Returns the network of an IPv6 address, because one customer has a whole network; an IPv4 address itself. */
function networkOf(address: string): string {
  const [head = '', tail] = address.toLowerCase().split('::');
  if (!address.includes(':') || /\.\d+$/.test(address)) return address;
  const before = head === '' ? [] : head.split(':');
  const behind = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - before.length - behind.length }, () => '0');
  return [...before, ...zeros, ...behind].slice(0, 4).join(':');
}
