import { Clock } from '../../base/clock.js';
import { inTime } from '../../base/waiting.js';
import { StoreUnavailableError } from '../../errors/index.js';
import { injectable } from '../../injectable.js';
import { SessionId } from '../../session/record/session-id.js';
import { SessionConfig } from '../../session/session-config.js';
import { RevocationList } from '../../session/stores/revocation-list.js';

/** Maximum number of tokens of each kind that are remembered. With more, the oldest are forgotten. */
const MOST = 50_000;

/** The kinds of tokens. Each has room of its own, so that visitors who begin many sign-ins cannot have links forgotten. */
type Kind = 'sign-in' | 'link';

/**
 * Remembers which sign-ins and links were used, so that each counts once. Every process remembers its own; with a
 * {@link RevocationList} that stores single sessions, as those of the package do, all processes share them. Two
 * processes that receive the same token within the same milliseconds may still both accept it: override this class with
 * one atomic operation of your database to exclude that.
 *
 * @example
 * class RedisUsedTokens extends UsedTokens {
 *   override async isUsed(key: string) {
 *     return (await redis.exists(`used:${key}`)) === 1;
 *   }
 *   override async use(key: string, until: number) {
 *     return (await redis.set(`used:${key}`, '1', { condition: 'NX', expiration: { type: 'PXAT', value: until } })) !== null;
 *   }
 * }
 */
@injectable()
export class UsedTokens {
  /** By kind: when each token expires, in the order in which they were used. */
  readonly #used = new Map<string, Map<string, number>>();

  constructor(
    private readonly revocations: RevocationList,
    private readonly config: SessionConfig,
    private readonly clock: Clock,
  ) {}

  /**
   * Checks whether a token was used.
   *
   * @throws {StoreUnavailableError} When that cannot be known.
   */
  async isUsed(key: string): Promise<boolean> {
    return this.#ofKind(key).has(key) || (await this.#ask('read', () => this.revocations.hasEnded(key)));
  }

  /**
   * Uses a token.
   *
   * @param key Its kind and a hash of it, which may be stored: `link:…`.
   * @param until When the token expires, in milliseconds since the epoch, so that it can be forgotten.
   * @returns False when it was used before.
   * @throws {StoreUnavailableError} When that cannot be known. The token then remains unused.
   */
  async use(key: string, until: number): Promise<boolean> {
    const used = this.#ofKind(key);
    if (used.has(key)) return false;
    // Set before anything is awaited, so that a concurrent request finds it.
    used.set(key, until);
    this.#forget(used);
    try {
      if (await this.#ask('read', () => this.revocations.hasEnded(key))) return false;
      await this.#ask('write', () => this.revocations.endSession(key, this.clock.now(), until));
      return true;
    } catch (error) {
      used.delete(key);
      throw error;
    }
  }

  #ofKind(key: string): Map<string, number> {
    const kind = key.slice(0, key.indexOf(':'));
    const used = this.#used.get(kind) ?? new Map<string, number>();
    this.#used.set(kind, used);
    return used;
  }

  async #ask<Answer>(operation: 'read' | 'write', ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await inTime(ask(), this.config.storeTimeout, 'The revocation list');
    } catch (error) {
      throw new StoreUnavailableError(operation, error);
    }
  }

  /** Forgets the tokens at the beginning that have expired, and the oldest of too many. */
  #forget(used: Map<string, number>): void {
    const now = this.clock.now();
    for (const [key, until] of used) {
      if (until > now && used.size <= MOST) return;
      used.delete(key);
    }
  }
}

/** Returns the key under which a token is remembered. It cannot be used as the token. */
export function keyOf(kind: Kind, token: string): string {
  return `${kind}:${SessionId.fingerprint(`${kind}:${token}`)}`;
}
