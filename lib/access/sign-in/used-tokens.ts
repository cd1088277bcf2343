import { Clock } from '../../base/clock.js';
import { inTime } from '../../base/waiting.js';
import { StoreUnavailableError } from '../../errors/index.js';
import { injectable } from '../../injectable.js';
import { SessionId } from '../../session/record/session-id.js';
import { SessionConfig } from '../../session/session-config.js';
import { RevocationList } from '../../session/stores/revocation-list.js';

/** Maximum number of tokens that are remembered. With more, the oldest are forgotten. */
const MOST = 50_000;

/**
 * Remembers which sign-ins and links were used, so that each counts once. Every process remembers its own; with a
 * {@link RevocationList} that stores single sessions, as those of the package do, all processes share them. Two
 * processes that receive the same token within the same milliseconds may still both accept it: override this class with
 * one atomic operation of your database to exclude that.
 *
 * @example
 * class RedisUsedTokens extends UsedTokens {
 *   override async use(token: string, until: number) {
 *     return (await redis.set(`used:${token}`, '1', { condition: 'NX', expiration: { type: 'PXAT', value: until } })) !== null;
 *   }
 * }
 */
@injectable()
export class UsedTokens {
  /** When each token expires, in the order in which they were used. */
  readonly #used = new Map<string, number>();

  constructor(
    private readonly revocations: RevocationList,
    private readonly config: SessionConfig,
    private readonly clock: Clock,
  ) {}

  /**
   * Uses a token.
   *
   * @param token A hash of the token, which may be stored.
   * @param until When the token expires, in milliseconds since the epoch, so that it can be forgotten.
   * @returns False when it was used before.
   * @throws {StoreUnavailableError} When that cannot be known. The token then remains unused.
   */
  async use(token: string, until: number): Promise<boolean> {
    if (this.#used.has(token)) return false;
    // Set before anything is awaited, so that a concurrent request finds it.
    this.#used.set(token, until);
    this.#forget();
    try {
      if (await this.#answer(this.revocations.hasEnded(token))) return false;
      await this.#answer(this.revocations.endSession(token, this.clock.now(), until));
      return true;
    } catch (error) {
      this.#used.delete(token);
      throw new StoreUnavailableError('write', error);
    }
  }

  #answer<Answer>(asked: Promise<Answer>): Promise<Answer> | Answer {
    return inTime(asked, this.config.storeTimeout, 'The revocation list');
  }

  /** Forgets the tokens at the beginning that have expired, and the oldest of too many. */
  #forget(): void {
    const now = this.clock.now();
    for (const [token, until] of this.#used) {
      if (until > now && this.#used.size <= MOST) return;
      this.#used.delete(token);
    }
  }
}

/** Returns the hash under which a token is remembered. */
export function hashOfToken(kind: 'sign-in' | 'link', token: string): string {
  return SessionId.fingerprint(`${kind}:${token}`);
}
