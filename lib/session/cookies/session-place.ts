import { isSame } from '../record/fitted-values.js';
import { APART, type Lineage, nextEpoch, nextTurn, type Turn } from '../record/lineage.js';
import type { SessionChanges } from '../record/session-changes.js';
import type { SessionRecord } from '../record/session-record.js';
import type { SessionCookie } from './session-cookie.js';

/** The state of a request's cookies, and of the session's cookie after the request. */
export interface Origin {
  /** When the request arrived, in milliseconds since the epoch. */
  readonly at: number;
  /** The cookie that contains the session, or the mark of one that was left. */
  readonly cookie?: string | undefined;
  /** The lineage in that cookie. */
  readonly lineage?: Lineage | undefined;
  /** Cookies of the request that contain only tokens of this application. */
  readonly claimed: readonly string[];
  /** True when the request carries only one token. */
  readonly isAlone?: boolean | undefined;
  /** True when there is no response, so that nothing may be written. */
  readonly isReadOnly?: boolean | undefined;
}

/** The cookie for a session, and the lineage to seal into it. */
export interface Place {
  readonly cookie: string;
  readonly lineage: Lineage | undefined;
}

/** The circumstances of the response that will carry the session. */
export interface Surroundings {
  /** True when the browser may have a session whose cookie it did not send. */
  readonly isWithheld: boolean;
  /** True when the request carries a cookie under the plain name, whatever its value. */
  readonly isHomeTaken: boolean;
}

/** The changes of a session in one request. */
interface Changed extends Pick<SessionChanges, 'opened' | 'id' | 'cleared' | 'hasSignedIn'> {
  readonly visitor: Pick<SessionChanges, 'identity'>;
  /** The values that were set and unset. */
  readonly own: Pick<SessionChanges, 'set' | 'unset'>;
  readonly ended: SessionRecord | undefined;
  readonly origin: Origin;
  readonly impersonating: { readonly change: SessionChanges['impersonation'] };
}

const PRIVILEGES = ['role', 'roles', 'permissions'];

/** Chooses the cookie of a session after a request. */
export class SessionPlaces {
  /**
   * @param tellsApart True when the store cannot end sessions, so that cookies must show which session is the latest.
   */
  constructor(
    private readonly cookie: SessionCookie,
    private readonly tellsApart: boolean,
  ) {}

  placeOf(draft: Changed, surroundings: Surroundings): Place {
    const { origin } = draft;
    const before = draft.ended ?? draft.opened;
    const userId = visitorAfter(draft);
    const isAnother = userId !== (before && visitorOf(before.values.get('userId')));
    const signsIn = draft.hasSignedIn || (isAnother && userId !== undefined);
    if (this.tellsApart && isAnother) {
      const lineage = nextEpoch(origin.lineage, origin.at);
      if (!signsIn) return { cookie: this.cookie.ofLeaving(lineage, origin.lineage), lineage };
      const { home } = this.cookie;
      return { cookie: this.#canTakeHome(origin, surroundings) ? home : this.cookie.of(lineage), lineage };
    }
    const turn = this.tellsApart && before ? turnOf(draft, before) : undefined;
    if (turn) {
      const lineage = nextTurn(origin.lineage, origin.at, turn);
      return { cookie: this.cookie.of(lineage), lineage };
    }
    if (!this.tellsApart && signsIn) return { cookie: this.cookie.home, lineage: undefined };
    if (before || origin.lineage) return this.#inPlace(origin);
    if (surroundings.isWithheld) return { cookie: this.cookie.apart, lineage: APART };
    // A cookie that identifies no session is replaced; a visitor who has one signs in under another name, so nothing
    // is lost.
    const isBeside = this.tellsApart && !surroundings.isHomeTaken;
    return { cookie: isBeside ? this.cookie.ofGuest : this.cookie.home, lineage: undefined };
  }

  #inPlace({ cookie, lineage }: Origin): Place {
    const known = cookie && this.cookie.todayOf(cookie);
    return { cookie: known ?? (lineage ? this.cookie.of(lineage) : this.cookie.home), lineage };
  }

  /** Checks whether the session can use the plain name: no response under way may be able to replace it there. */
  #canTakeHome({ lineage, cookie }: Origin, { isWithheld, isHomeTaken }: Surroundings): boolean {
    const hasBeenSomebody = lineage !== undefined && lineage.epoch > 0;
    return (
      !hasBeenSomebody &&
      !isWithheld &&
      !isHomeTaken &&
      [undefined, this.cookie.ofGuest, this.cookie.apart].includes(cookie)
    );
  }
}

/** Returns why an older session of the same visitor must not come back with a late response. */
function turnOf(draft: Changed, before: SessionRecord): Turn | undefined {
  const { opened, ended, hasSignedIn } = draft;
  const isChanged = (key: string) => isAnotherValue(draft, before, key);
  if (ended) return 'roles';
  if (visitorAfter(draft) !== undefined) {
    if (draft.impersonating.change !== undefined || PRIVILEGES.some(isChanged)) return 'roles';
    if (hasSignedIn || [...before.identity, ...draft.visitor.identity].some(isChanged)) return 'visitor';
  }
  return opened && opened.id !== draft.id ? 'id' : undefined;
}

function isAnotherValue({ cleared, own: { set, unset } }: Changed, { values }: SessionRecord, key: string): boolean {
  if (set.has(key)) return !isSame(set.get(key), values.get(key));
  return values.has(key) && (cleared || unset.has(key));
}

/** Returns the id of the user who is signed in once the changes are stored. */
export function visitorAfter({
  opened,
  cleared,
  own,
}: Pick<Changed, 'opened' | 'cleared' | 'own'>): string | undefined {
  const { set, unset } = own;
  if (set.has('userId')) return visitorOf(set.get('userId'));
  if (cleared || unset.has('userId')) return undefined;
  return visitorOf((opened?.fitted?.migrated ?? opened?.values)?.get('userId'));
}

function visitorOf(userId: unknown): string | undefined {
  return typeof userId === 'string' && userId !== '' ? userId : undefined;
}
