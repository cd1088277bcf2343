import type { Clock } from './clock.js';
import type { SessionConfig } from './session-config.js';
import type { SessionRecord } from './session-record.js';
import type { SessionRegistry } from './session-registry.js';
import type { Refusal } from './session-report.js';
import type { SessionStore } from './stores/session-store.js';

/** More cookies of one name than this are somebody's attempt at something. */
const MAX_TOKENS = 4;

/** What was found of the tokens of a request. */
export interface Finding {
  readonly record?: SessionRecord | undefined;
  /** Why each of the others stands for no session. */
  readonly refusals: readonly Refusal[];
}

/** Finds the one live session that the tokens of a request stand for. */
export class SessionSearch {
  constructor(
    private readonly store: SessionStore,
    private readonly config: SessionConfig,
    private readonly clock: Clock,
    private readonly registry: SessionRegistry,
  ) {}

  /** @throws What the store throws that cannot be asked. */
  async find(tokens: readonly string[]): Promise<Finding> {
    const now = this.clock.now();
    const refusals: Refusal[] = [];
    const live: SessionRecord[] = [];
    for (const token of new Set(tokens.slice(0, MAX_TOKENS))) {
      const record = await this.store.read(token);
      if (!record) refusals.push({ token, reason: this.store.rejectionOf(token) });
      else if (!this.config.isLive(record, now)) refusals.push({ record, reason: 'expired' });
      else if (await this.registry.isRevoked(record)) refusals.push({ record, reason: 'revoked' });
      else live.push(record);
    }
    if (live.length > 1) refusals.push({ reason: 'ambiguous' });
    return { record: live.length === 1 ? live[0] : undefined, refusals };
  }

  /** Whether the session of a request has got another id a moment ago, so that its cookie is to be left alone. */
  async isSuperseded([token, ...others]: readonly string[]): Promise<boolean> {
    return token !== undefined && others.length === 0 && this.store.isSuperseded(token);
  }
}
