import type { Clock } from './clock.js';
import { isHostCookie } from './cookie-name.js';
import { compareLineages, isSettled } from './lineage.js';
import { andThen, inTurn, type Promised } from './promised.js';
import type { SessionConfig } from './session-config.js';
import type { CarriedToken } from './session-cookie.js';
import { isEmptyRecord, type SessionRecord, userIdOf } from './session-record.js';
import type { SessionRegistry } from './session-registry.js';
import type { Refusal } from './session-report.js';
import type { SessionStore } from './stores/session-store.js';

/** More cookies of one session than this are somebody's attempt at something. */
const MAX_TOKENS = 6;

/** A session, or the mark that one was left, and the cookie that it was in. */
export interface Found {
  readonly record: SessionRecord;
  readonly name: string;
}

const NONE_KNOWN: ReadonlySet<string> = new Set();
const NO_REFUSALS: readonly Refusal[] = [];
/** Milliseconds by which clocks of machines that are set by a time server never differ. */
const CLOCKS_AGREE = 10_000;

/** What was found of the tokens of a request. */
export interface Finding {
  readonly session?: Found | undefined;
  /** What stands in the place of a session that the browser has left a short while ago. */
  readonly mark?: Found | undefined;
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
  find(carried: readonly CarriedToken[]): Promised<Finding> {
    const [only] = carried;
    return only && carried.length === 1 ? this.#findOnly(only) : this.#findAmong(carried);
  }

  /** Looks for the session of the one token that most visitors have. */
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
    // Once nothing can come any more that it has to stand against, it goes.
    const mark = left?.record.lineage && isSettled(left.record.lineage, now) ? undefined : left;
    if (live.length === 0) return { mark, known, refusals };
    if (live.length === 1 || areOneVisitors(live)) return { session: live.reduce(newer), known, refusals };
    refusals.push({ reason: 'ambiguous' });
    return { known, refusals };
  }

  #compareClocks({ renewedAt }: SessionRecord, now: number): void {
    if (renewedAt - now > CLOCKS_AGREE) this.#tellOfClocks(renewedAt - now);
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

  /** What the browser got last, ended though it may be: nothing of before comes back because of that. */
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

/** Of several that are as far, or under one name, it has to be found out which is right. */
function keepFurthest(furthest: Found[], found: Found, refusals: Refusal[]): Found[] {
  const [one] = furthest;
  const isOther = one !== undefined && one.name !== found.name;
  const ahead = isOther ? compareLineages(found.record.lineage, one.record.lineage) : 0;
  if (ahead === 0) return [...furthest, found];
  const left = ahead > 0 ? furthest : [found];
  for (const { record } of left) if (!isMark(record)) refusals.push({ record, reason: 'left' });
  return ahead > 0 ? [found] : furthest;
}

/** Whether it stands where a session was left. */
function isMark(record: SessionRecord): boolean {
  return record.lineage !== undefined && isEmptyRecord(record);
}

/**
 * Tells whether several sessions can have come to one browser one after the other: for today's name and a former one, or for two
 * paths or domains. No browser keeps two of a host's own cookie, and of two users nobody knows whom to believe: a sibling
 * host may have planted one.
 */
function areOneVisitors(live: readonly Found[]): boolean {
  const users = new Set(live.flatMap(({ record }) => userIdOf(record) ?? []));
  const hostCookies = live.filter(({ name }) => isHostCookie(name)).map(({ name }) => name);
  return users.size <= 1 && new Set(hostCookies).size === hostCookies.length;
}

function newer(one: Found, other: Found): Found {
  const ahead = compareLineages(one.record.lineage, other.record.lineage);
  return (ahead || one.record.renewedAt - other.record.renewedAt) >= 0 ? one : other;
}
