/**
 * From when on a user's sessions count: those that began before have been revoked. It ends sessions of stores that cannot
 * end them one by one, at the price of a look into it with every request of a signed-in visitor. Override it to have it.
 *
 * @example services.override(RevocationList, () => new RedisRevocationList({ url: process.env.REDIS_URL }))
 */
export abstract class RevocationList {
  /**
   * Called once before a built server serves anybody.
   *
   * @throws {EvictingStoreError} When what is kept may go before its time. Anything else that is thrown is an outage.
   */
  async assertKeeps(): Promise<void> {}

  /**
   * @returns Milliseconds since the epoch: sessions of this user that began before have ended.
   * @throws When the list cannot be asked: then nobody knows who is signed in, and nobody is let in.
   */
  abstract notBefore(userId: string): Promise<number | undefined>;

  /**
   * Ends all sessions of this user that began before a moment.
   *
   * @param time That moment, in milliseconds since the epoch. An earlier one never takes the place of a later one.
   * @param until When the last of those sessions will have ended by itself, so that the entry can go.
   */
  abstract revokeBefore(userId: string, time: number, until: number): Promise<void>;

  /**
   * Asked about sessions that a store cannot end, such as those in cookies. A list that knows users only leaves this and
   * {@link endSession} alone; then a copy of the cookie outlives a sign-out.
   *
   * @param session A fingerprint of who signed in when, the same for every copy of the cookie.
   */
  async hasEnded(_session: string): Promise<boolean> {
    return false;
  }

  /**
   * Ends one session that a store cannot end, when its visitor signs out.
   *
   * @param time Now, in milliseconds since the epoch.
   * @param until When it will have ended by itself.
   */
  async endSession(_session: string, _time: number, _until: number): Promise<void> {}
}

/** A list that keeps texts of any kind, and so single sessions beside users. */
export abstract class KeyedRevocationList extends RevocationList {
  override async hasEnded(session: string): Promise<boolean> {
    return (await this.notBefore(keyOf(session))) !== undefined;
  }

  override async endSession(session: string, time: number, until: number): Promise<void> {
    await this.revokeBefore(keyOf(session), time, until);
  }
}

/** No user is called so: what follows is a fingerprint. */
function keyOf(session: string): string {
  return `session:${session}`;
}

/** The list of those who have none: nothing is ever revoked by it. */
export class NoRevocationList extends RevocationList {
  override async notBefore(): Promise<undefined> {
    return undefined;
  }

  override async revokeBefore(): Promise<void> {}
}
