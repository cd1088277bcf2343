import type { Clock } from '../../base/clock.js';
import type { SessionDraft } from '../draft/session-draft.js';
import { APART, LATEST_ANSWER, type Lineage } from '../record/lineage.js';
import type { SessionRecord } from '../record/session-record.js';
import type { SessionConfig } from '../session-config.js';
import type { SessionStore } from '../stores/session-store.js';
import type { CookieJar } from './cookie-jar.js';
import { PresenceCookie } from './presence-cookie.js';
import { type CarriedToken, SessionCookie } from './session-cookie.js';
import { type Origin, type Place, SessionPlaces, visitorAfter } from './session-place.js';

const NONE: readonly string[] = [];

interface Written {
  readonly token: string;
  readonly lifetime: number | undefined;
  readonly isAnothers: boolean;
}

/** Decides which cookie of the response carries a session, and which cookies are removed. */
export class SessionCookies {
  readonly #cookie: SessionCookie;
  readonly #places: SessionPlaces;
  /** The cookie that shows whether the browser was closed. */
  readonly presence: PresenceCookie;
  /** True when the store cannot end sessions, so that cookies must show which session is the latest. */
  readonly tellsApart: boolean;

  constructor(
    private readonly store: SessionStore,
    private readonly config: SessionConfig,
    private readonly clock: Clock,
  ) {
    this.#cookie = new SessionCookie(config);
    this.presence = new PresenceCookie(config);
    this.tellsApart = config.hasSeveralCookies && !store.abilities.endsSessions;
    this.#places = new SessionPlaces(this.#cookie, this.tellsApart);
  }

  /** Returns every token of the request. */
  carried(jar: CookieJar): readonly CarriedToken[] {
    return this.#cookie.carried(jar);
  }

  /** Returns the origin of a session that no token identifies. */
  nowhere(isReadOnly = false): Origin {
    return { at: this.clock.now(), claimed: NONE, isReadOnly };
  }

  /** @param found The session, or the mark of one that the browser left. */
  originOf(
    found: { record: SessionRecord; name: string } | undefined,
    { at, isReadOnly }: Origin,
    carried: readonly CarriedToken[],
    known: ReadonlySet<string>,
  ): Origin {
    const claimed = this.#cookie.namesOf(carried, (token) => known.has(token));
    return {
      at,
      cookie: found?.name,
      lineage: found?.record.lineage,
      claimed,
      isAlone: carried.length === 1,
      isReadOnly,
    };
  }

  /** Checks whether a session is in several cookies of one name, or under a former name in addition to others. */
  isScattered(jar: CookieJar, { cookie, claimed, isAlone }: Origin): boolean {
    if (isAlone || cookie === undefined || !claimed.includes(cookie)) return false;
    return jar.values(cookie).length > 1 || (claimed.length > 1 && this.#cookie.todayOf(cookie) !== cookie);
  }

  /** Returns the longest lineage that a seal may have to contain. */
  longestLineage({ origin: { at } }: SessionDraft): Lineage | undefined {
    return this.tellsApart ? { epoch: at, turn: at } : undefined;
  }

  placeOf(draft: SessionDraft, jar: CookieJar): Place {
    return this.#places.placeOf(draft, {
      isWithheld: jar.withholds(this.config.cookie.sameSite),
      isHomeTaken: this.#cookie.isHomeTaken(jar),
    });
  }

  /**
   * Returns true when a session begins with a request whose session cookie the browser may have withheld, and nobody
   * signs in.
   */
  isInPassing(draft: SessionDraft, jar: CookieJar): boolean {
    if (!draft.isDirty || draft.isEmpty) return false;
    // A session that must last gets a cookie in addition to the withheld one.
    const isMeant = draft.own.isKept || visitorAfter(draft) !== undefined;
    if (draft.opened || draft.ended || isMeant) return false;
    return jar.withholds(this.config.cookie.sameSite) && !this.#cookie.isCarried(jar);
  }

  /**
   * @param how `lifetime` in milliseconds, `undefined` for a session that ends with the browser; `isAnothers` is true
   *   when the session now belongs to another user than before.
   */
  put(draft: SessionDraft, jar: CookieJar, place: Place, how: Written): void {
    const { origin } = draft;
    // In these cases no earlier cookie of this name may remain, for any path or domain.
    const isSeveral = how.isAnothers || jar.values(place.cookie).length > 1;
    const isElsewhere = isSeveral && origin.claimed.includes(place.cookie);
    const maxAge = how.lifetime === undefined ? undefined : Math.ceil(how.lifetime / 1000);
    this.#cookie.set(jar, place.cookie, how.token, maxAge, isElsewhere);
    const isBegun = place.cookie !== origin.cookie && place.lineage !== APART;
    this.clear(draft, jar, place);
    if (isBegun && this.config.hasSeveralCookies) this.#removeStrays(jar, [...origin.claimed, place.cookie]);
  }

  /** Removes cookies that identify no session: with another one added, the header might exceed a server's limit. */
  #removeStrays(jar: CookieJar, others: readonly string[]): void {
    for (const name of this.#cookie.todaysIn(jar)) if (!others.includes(name)) this.#cookie.remove(jar, name);
  }

  /**
   * Removes the session's cookie. If the store cannot end sessions, sets a mark instead, because a late response may
   * bring the session back. The mark outlives the browser even where sessions do not: a remembered one may come back.
   */
  async leave(draft: SessionDraft, jar: CookieJar): Promise<void> {
    const { cookie, lineage } = this.placeOf(draft, jar);
    const now = this.clock.now();
    const { lifetime: own } = draft.ended ?? draft.opened ?? {};
    const longest = (isRemembered: boolean) =>
      Math.max(
        ...[undefined, own].map((lifetime) => this.config.expiryOf({ createdAt: now, isRemembered, lifetime }, now)),
      ) - now;
    const lifetime = Math.max(longest(true), longest(false)) + LATEST_ANSWER;
    const isMarked = this.tellsApart && lineage !== undefined && lineage.epoch > APART.epoch;
    const mark = isMarked ? await this.store.mark(lineage, now + lifetime) : undefined;
    this.presence.put(jar, undefined);
    this.clear(draft, jar, mark === undefined ? {} : { cookie, lineage });
    if (mark !== undefined) this.#cookie.set(jar, cookie, mark, Math.ceil(lifetime / 1000));
  }

  /** Removes the session's cookie, even if the request had none, and sets no mark. */
  remove({ origin }: SessionDraft, jar: CookieJar): void {
    this.#cookie.remove(jar, origin.cookie ?? this.#cookie.home);
  }

  /**
   * Removes every cookie of a session except the current one. @param kept The cookie that now contains the session or
   * a mark.
   */
  clear(draft: SessionDraft, jar: CookieJar, kept: Pick<Origin, 'cookie' | 'lineage'> = draft.origin): void {
    const { at, cookie, claimed } = draft.origin;
    const over = new Set(cookie === undefined ? claimed : [...claimed, cookie]);
    for (const each of over) if (each !== kept.cookie) this.#cookie.remove(jar, each, claimed.includes(each));
    draft.origin = { at, cookie: kept.cookie, lineage: kept.lineage, claimed: NONE };
  }
}
