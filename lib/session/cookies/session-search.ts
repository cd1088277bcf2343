import type { Clock } from '../../base/clock.js';
import { andThen, inTurn, type Promised } from '../../base/promised.js';
import type { Refusal } from '../manager/session-report.js';
import { compareLineages, isSettled } from '../record/lineage.js';
import { isEmptyRecord, type SessionRecord, userIdOf } from '../record/session-record.js';
import type { SessionConfig } from '../session-config.js';
import type { SessionRegistry } from '../session-registry.js';
import type { SessionStore } from '../stores/session-store.js';
import { isHostCookie } from './cookie-name.js';
import type { CarriedToken } from './session-cookie.js';

/** Maximum number of tokens to read per request. More cookies of one session are probably an attack. */
const MAX_TOKENS = 6;

/** A session, or the mark of one that was left, and the name of its cookie. */
export interface Found {
  readonly record: SessionRecord;
  readonly name: string;
}

const NONE_KNOWN: ReadonlySet<string> = new Set();
const NO_REFUSALS: readonly Refusal[] = [];
/** Milliseconds. The clocks of machines that a time server sets never differ by more. */
const CLOCKS_AGREE = 10_000;

/** The result of looking up the tokens of a request. */
export interface Finding {
  readonly session?: Found | undefined;
  /** The mark that replaces a session which the browser left a short while ago. */
  readonly mark?: Found | undefined;
  /** Tokens for which a record was found, live or not: this application issued them. */
  readonly known: ReadonlySet<string>;
  /** The reason why each other token identifies no session. */
  readonly refusals: readonly Refusal[];
}

/** Finds the one live session that the tokens of a request identify. */
export class SessionSearch {
  #hasLoggedClocks = false;

  constructor(
    private readonly store: SessionStore,
    private readonly config: SessionConfig,
    private readonly clock: Clock,
    private readonly registry: SessionRegistry,
  ) {}

  /** @throws The error of a store that cannot be read. */
  find(carried: readonly CarriedToken[]): Promised<Finding> {
    const [only] = carried;
    return only && carried.length === 1 ? this.#findOnly(only) : this.#findAmong(carried);
  }

  /** Finds the session of a single token. Most visitors have only one. */
  #findOnly({ token, name }: CarriedToken): Promised<Finding> {
    return andThen(this.store.read(token), (record) => {
      if (!record) return { known: NONE_KNOWN, refusals: [{ token, name, reason: this.store.rejectionOf(token) }] };
      const now = this.clock.now();
      const known = new Set([token]);
      this.#compareClocks(record, now);
      if (isMark(record)) return this.#chosen([], { record, name }, known, [], now);
      return andThen(this.#refusalOf(record, now), (reason) =>
        reason
          ? { known, refusals: [{ record, reason }] }
          : { session: { record, name }, known, refusals: NO_REFUSALS },
      );
    });
  }

  #findAmong(carried: readonly CarriedToken[]): Promised<Finding> {
    const now = this.clock.now();
    const known = new Set<string>();
    const refusals: Refusal[] = [];
    const live: Found[] = [];
    let mark: Found | undefined;
    const sort = (found: Found) => {
      const { record } = found;
      if (isMark(record)) {
        mark = found;
        return undefined;
      }
      return andThen(this.#refusalOf(record, now), (reason) => {
        if (reason) refusals.push({ record, reason });
        else live.push(found);
      });
    };
    return andThen(this.#furthest(carried, known, refusals), (furthest) =>
      andThen(inTurn(furthest, sort), () => this.#chosen(live, mark, known, refusals, now)),
    );
  }

  #refusalOf(record: SessionRecord, now: number): Promised<'expired' | 'revoked' | undefined> {
    if (!this.config.isLive(record, now)) return 'expired';
    return andThen(this.registry.isRevoked(record), (isRevoked) => (isRevoked ? 'revoked' : undefined));
  }

  #chosen(
    live: readonly Found[],
    left: Found | undefined,
    known: ReadonlySet<string>,
    refusals: Refusal[],
    now: number,
  ): Finding {
    // A mark is only needed as long as a late response can bring back an older session.
    const mark = left?.record.lineage && isSettled(left.record.lineage, now) ? undefined : left;
    if (live.length === 0) return { mark, known, refusals };
    if (live.length === 1 || this.#areOneVisitors(live)) return { session: live.reduce(newer), known, refusals };
    refusals.push({ reason: 'ambiguous' });
    return { known, refusals };
  }

  #compareClocks({ renewedAt }: SessionRecord, now: number): void {
    if (renewedAt - now > CLOCKS_AGREE) this.#logClocks(renewedAt - now);
  }

  /** Warns once, because wrong clocks end sessions as soon as they begin, and nothing else shows the cause. */
  #logClocks(ahead: number): void {
    if (this.#hasLoggedClocks) return;
    this.#hasLoggedClocks = true;
    console.warn(
      `[astro-gatehouse] A session was written ${Math.round(ahead / 1000)} seconds in the future: the clock of the ` +
        'process that wrote it, or of this one, is wrong. Users who sign in at one process may be signed out, or ' +
        'asked to sign in again, by the other. Synchronize the clocks of all machines with a time server (NTP). This ' +
        'is logged once.',
    );
  }

  /**
   * Checks whether several sessions can have reached one browser one after the other: under the current and a former
   * cookie name, or for two paths or domains. A browser sends only one `__Host-` cookie of a name, or two if one of them
   * is partitioned. Sessions of two users are refused because a sibling host may have planted one.
   */
  #areOneVisitors(live: readonly Found[]): boolean {
    const users = new Set(live.flatMap(({ record }) => userIdOf(record) ?? []));
    const hostCookies = live.filter(({ name }) => isHostCookie(name)).map(({ name }) => name);
    const most = this.config.cookie.partitioned ? 2 : 1;
    const isSentBy = (name: string) => hostCookies.filter((each) => each === name).length <= most;
    return users.size <= 1 && hostCookies.every(isSentBy);
  }

  /**
   * Returns the token of a request's session that got another id a moment ago, so that its cookie must not be removed;
   * `undefined` for none.
   */
  async superseded(carried: readonly CarriedToken[]): Promise<string | undefined> {
    for (const { token } of carried.slice(0, MAX_TOKENS)) if (await this.store.isSuperseded(token)) return token;
    return undefined;
  }

  /** Finds the records with the latest lineage, even if they have ended: an older session must not come back. */
  #furthest(carried: readonly CarriedToken[], known: Set<string>, refusals: Refusal[]): Promised<Found[]> {
    let furthest: Found[] = [];
    const names = new Map(carried.slice(0, MAX_TOKENS).map(({ token, name }) => [token, name]));
    const look = ([token, name]: readonly [string, string]) =>
      andThen(this.store.read(token), (record) => {
        if (!record) return void refusals.push({ token, name, reason: this.store.rejectionOf(token) });
        known.add(token);
        this.#compareClocks(record, this.clock.now());
        furthest = keepFurthest(furthest, { record, name }, refusals);
      });
    return andThen(inTurn(names, look), () => furthest);
  }
}

/** Keeps the records with the latest lineage. Several with the same lineage, or under one cookie name, are all kept. */
function keepFurthest(furthest: Found[], found: Found, refusals: Refusal[]): Found[] {
  const [one] = furthest;
  const isOther = one !== undefined && one.name !== found.name;
  const ahead = isOther ? compareLineages(found.record.lineage, one.record.lineage) : 0;
  if (ahead === 0) return [...furthest, found];
  const left = ahead > 0 ? furthest : [found];
  for (const { record } of left) if (!isMark(record)) refusals.push({ record, reason: 'left' });
  return ahead > 0 ? [found] : furthest;
}

/** Checks whether a record is the mark of a session that was left. */
function isMark(record: SessionRecord): boolean {
  return record.lineage !== undefined && isEmptyRecord(record);
}

function newer(one: Found, other: Found): Found {
  const ahead = compareLineages(one.record.lineage, other.record.lineage);
  return (ahead || one.record.renewedAt - other.record.renewedAt) >= 0 ? one : other;
}
