import type { Clock } from './clock.js';
import { isHostCookie } from './cookie-name.js';
import type { SessionConfig } from './session-config.js';
import type { CarriedToken } from './session-cookie.js';
import { type SessionRecord, userIdOf } from './session-record.js';
import type { SessionRegistry } from './session-registry.js';
import type { Refusal } from './session-report.js';
import type { SessionStore } from './stores/session-store.js';

/** More cookies of one name than this are somebody's attempt at something. */
const MAX_TOKENS = 4;

/** Milliseconds by which clocks of machines that are set by a time server never differ. */
const CLOCKS_AGREE = 10_000;

/** What was found of the tokens of a request. */
export interface Finding {
  readonly record?: SessionRecord | undefined;
  /** Those that this application gave out, as far as anybody can tell: what they stood for was found, living or not. */
  readonly known: ReadonlySet<string>;
  /** Why each of the others stands for no session. */
  readonly refusals: readonly Refusal[];
}

/** Finds the one live session that the tokens of a request stand for. */
export class SessionSearch {
  #hasToldOfClocks = false;

  constructor(
    private readonly store: SessionStore,
    private readonly config: SessionConfig,
    private readonly clock: Clock,
    private readonly registry: SessionRegistry,
  ) {}

  /** @throws What the store throws that cannot be asked. */
  async find(carried: readonly CarriedToken[]): Promise<Finding> {
    const now = this.clock.now();
    const known = new Set<string>();
    const refusals: Refusal[] = [];
    const live: Live[] = [];
    const names = new Map(carried.slice(0, MAX_TOKENS).map(({ token, name }) => [token, name]));
    for (const [token, name] of names) {
      const record = await this.store.read(token);
      if (record) known.add(token);
      if (record && record.renewedAt > now + CLOCKS_AGREE) this.#tellOfClocks(record.renewedAt - now);
      if (!record) refusals.push({ token, name, reason: this.store.rejectionOf(token) });
      else if (!this.config.isLive(record, now)) refusals.push({ record, reason: 'expired' });
      else if (await this.registry.isRevoked(record)) refusals.push({ record, reason: 'revoked' });
      else live.push({ record, name });
    }
    if (live.length <= 1) return { record: live[0]?.record, known, refusals };
    if (!areOneVisitors(live)) refusals.push({ reason: 'ambiguous' });
    return { record: areOneVisitors(live) ? newestOf(live) : undefined, known, refusals };
  }

  /** Nobody would find out otherwise why sessions end as soon as they begin. */
  #tellOfClocks(ahead: number): void {
    if (this.#hasToldOfClocks) return;
    this.#hasToldOfClocks = true;
    console.warn(
      `[astro-gatehouse] A session was written ${Math.round(ahead / 1000)} seconds from now: the clock of the process that ` +
        'wrote it, or of this one, is wrong. Whoever signs in with the one may be signed out, or asked to sign in again, by the ' +
        'other. Set the clocks of all machines by a time server (NTP). This is said once.',
    );
  }

  /** Tells whether the session of a request has got another id a moment ago, so that its cookie is to be left alone. */
  async isSuperseded(carried: readonly CarriedToken[]): Promise<boolean> {
    for (const { token } of carried.slice(0, MAX_TOKENS)) if (await this.store.isSuperseded(token)) return true;
    return false;
  }
}

interface Live {
  readonly record: SessionRecord;
  readonly name: string;
}

/**
 * Tells whether several sessions can have come to one browser one after the other: for today's name and a former one, or for two
 * paths or domains. No browser keeps two of a host's own cookie, and of two users nobody knows whom to believe: a sibling
 * host may have planted one.
 */
function areOneVisitors(live: readonly Live[]): boolean {
  const users = new Set(live.flatMap(({ record }) => userIdOf(record) ?? []));
  const hostCookies = live.filter(({ name }) => isHostCookie(name)).map(({ name }) => name);
  return users.size <= 1 && new Set(hostCookies).size === hostCookies.length;
}

function newestOf([first, ...others]: readonly Live[]): SessionRecord | undefined {
  return others.reduce(
    (newest, { record }) => (newest && newest.renewedAt >= record.renewedAt ? newest : record),
    first?.record,
  );
}
