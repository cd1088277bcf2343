import type { Clock } from './clock.js';
import type { CookieJar } from './cookie-jar.js';
import { APART, LATEST_ANSWER, type Lineage } from './lineage.js';
import type { SessionConfig } from './session-config.js';
import { type CarriedToken, SessionCookie } from './session-cookie.js';
import type { SessionDraft } from './session-draft.js';
import { type Origin, type Place, SessionPlaces, visitorAfter } from './session-place.js';
import type { SessionRecord } from './session-record.js';
import type { SessionStore } from './stores/session-store.js';

const NONE: readonly string[] = [];

interface Written {
  readonly token: string;
  readonly lifetime: number;
  readonly isAnothers: boolean;
}

/** Decides which cookie of the answer a session is in, and which are over. */
export class SessionCookies {
  readonly #cookie: SessionCookie;
  readonly #places: SessionPlaces;
  /** Whether the store cannot end sessions, so that cookies have to say what came last. */
  readonly tellsApart: boolean;

  constructor(
    private readonly store: SessionStore,
    private readonly config: SessionConfig,
    private readonly clock: Clock,
  ) {
    this.#cookie = new SessionCookie(config);
    this.tellsApart = config.hasSeveralCookies && !store.abilities.endsSessions;
    this.#places = new SessionPlaces(this.#cookie, this.tellsApart);
  }

  /** Lists every token that the request may mean. */
  carried(jar: CookieJar): readonly CarriedToken[] {
    return this.#cookie.carried(jar);
  }

  /** Where a session comes from that no token stands for. */
  nowhere(): Origin {
    return { at: this.clock.now(), claimed: NONE };
  }

  /** @param found The session, or the mark that the browser has left one. */
  originOf(
    found: { record: SessionRecord; name: string } | undefined,
    { at }: Origin,
    carried: readonly CarriedToken[],
    known: ReadonlySet<string>,
  ): Origin {
    const claimed = this.#cookie.namesOf(carried, (token) => known.has(token));
    return { at, cookie: found?.name, lineage: found?.record.lineage, claimed, isAlone: carried.length === 1 };
  }

  /** Tells whether a session is in several cookies of one name, or stands under a former name beside others. */
  isScattered(jar: CookieJar, { cookie, claimed, isAlone }: Origin): boolean {
    if (isAlone || cookie === undefined || !claimed.includes(cookie)) return false;
    return jar.values(cookie).length > 1 || (claimed.length > 1 && this.#cookie.todayOf(cookie) !== cookie);
  }

  /** How much of a seal goes to telling it apart, at the most. */
  longestLineage({ origin: { at } }: SessionDraft): Lineage | undefined {
    return this.tellsApart ? { epoch: at, turn: at } : undefined;
  }

  placeOf(draft: SessionDraft, jar: CookieJar): Place {
    return this.#places.placeOf(draft, {
      isWithheld: jar.withholds(this.config.cookie.sameSite),
      isHomeTaken: this.#cookie.isHomeTaken(jar),
    });
  }

  /** Whether a session begins with a request that could not bring the one the browser may have, and nobody signs in. */
  isInPassing(draft: SessionDraft, jar: CookieJar): boolean {
    if (!draft.isDirty || draft.isEmpty) return false;
    // One that is to last is put beside the other.
    const isMeant = draft.own.isKept || visitorAfter(draft) !== undefined;
    if (draft.opened || draft.ended || isMeant) return false;
    return jar.withholds(this.config.cookie.sameSite) && !this.#cookie.isCarried(jar);
  }

  /** @param how `lifetime` in milliseconds; `isAnothers` where it is another user's than before. */
  put(draft: SessionDraft, jar: CookieJar, place: Place, how: Written): void {
    const { origin } = draft;
    // Then none of before may be left anywhere.
    const isSeveral = how.isAnothers || jar.values(place.cookie).length > 1;
    const isElsewhere = isSeveral && origin.claimed.includes(place.cookie);
    this.#cookie.set(jar, place.cookie, how.token, Math.ceil(how.lifetime / 1000), isElsewhere);
    const isBegun = place.cookie !== origin.cookie && place.lineage !== APART;
    this.clear(draft, jar, place);
    if (isBegun && this.config.hasSeveralCookies) this.#removeStrays(jar, [...origin.claimed, place.cookie]);
  }

  /** Removes cookies that stand for no session: beside the next one they may be more than a server takes of a head. */
  #removeStrays(jar: CookieJar, others: readonly string[]): void {
    for (const name of this.#cookie.todaysIn(jar)) if (!others.includes(name)) this.#cookie.remove(jar, name);
  }

  /** Removes the session's cookie. Where the store cannot end it, a mark is left, for a late answer may bring it back. */
  async leave(draft: SessionDraft, jar: CookieJar): Promise<void> {
    const { cookie, lineage } = this.placeOf(draft, jar);
    const now = this.clock.now();
    const longest = (isRemembered: boolean) => this.config.expiryOf({ createdAt: now, isRemembered }, now) - now;
    const lifetime = Math.max(longest(true), longest(false)) + LATEST_ANSWER;
    const isMarked = this.tellsApart && lineage !== undefined && lineage.epoch > APART.epoch;
    const mark = isMarked ? await this.store.mark(lineage, now + lifetime) : undefined;
    this.clear(draft, jar, mark === undefined ? {} : { cookie, lineage });
    if (mark !== undefined) this.#cookie.set(jar, cookie, mark, Math.ceil(lifetime / 1000));
  }

  /** Removes the session's cookie and leaves nothing, whether the request had one or not. */
  remove({ origin }: SessionDraft, jar: CookieJar): void {
    this.#cookie.remove(jar, origin.cookie ?? this.#cookie.home);
  }

  /** Removes every cookie of a session but the one that counts. @param kept Where the session, or a mark, is by now. */
  clear(draft: SessionDraft, jar: CookieJar, kept: Pick<Origin, 'cookie' | 'lineage'> = draft.origin): void {
    const { at, cookie, claimed } = draft.origin;
    const over = new Set(cookie === undefined ? claimed : [...claimed, cookie]);
    for (const each of over) if (each !== kept.cookie) this.#cookie.remove(jar, each, claimed.includes(each));
    draft.origin = { at, cookie: kept.cookie, lineage: kept.lineage, claimed: NONE };
  }
}
