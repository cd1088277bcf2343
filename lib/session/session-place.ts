import { isSame } from './fitted-values.js';
import { APART, type Lineage, nextEpoch, nextTurn, type Turn } from './lineage.js';
import type { SessionChanges } from './session-changes.js';
import type { SessionCookie } from './session-cookie.js';
import type { SessionRecord } from './session-record.js';

/** What a request's cookies said beside the session, and what came of them. */
export interface Origin {
  /** When the request came in, in milliseconds since the epoch. */
  readonly at: number;
  /** The cookie in which the session was found, or the mark that one was left there. */
  readonly cookie?: string | undefined;
  /** How far the browser had come by then. */
  readonly lineage?: Lineage | undefined;
  /** Cookies that the request came with, and that hold nothing but tokens of this application. */
  readonly claimed: readonly string[];
  /** Whether they hold one token altogether. */
  readonly isAlone?: boolean | undefined;
}

/** Where a session is to be put. */
export interface Place {
  readonly cookie: string;
  readonly lineage: Lineage | undefined;
}

/** What is known of the answer that is to carry the session. */
export interface Surroundings {
  /** Whether the browser may have a session that it could not send. */
  readonly isWithheld: boolean;
  /** Whether a cookie came under the plain name, whatever is in it. */
  readonly isHomeTaken: boolean;
}

/** What became of a session in a request. */
interface Changed extends Pick<SessionChanges, 'opened' | 'id' | 'cleared' | 'hasSignedIn'> {
  readonly visitor: Pick<SessionChanges, 'identity'>;
  /** What was put into it, and taken out. */
  readonly own: Pick<SessionChanges, 'set' | 'unset'>;
  readonly ended: SessionRecord | undefined;
  readonly origin: Origin;
}

const PRIVILEGES = ['role', 'roles', 'permissions'];

/** Chooses the cookie for what one request made of a session. */
export class SessionPlaces {
  /** @param tellsApart Whether the store cannot end sessions, so that cookies have to say what came last. */
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
    // A cookie that stands for no session gives way; whoever sends it signs in under another name, so nothing is lost there.
    const isBeside = this.tellsApart && !surroundings.isHomeTaken;
    return { cookie: isBeside ? this.cookie.ofGuest : this.cookie.home, lineage: undefined };
  }

  #inPlace({ cookie, lineage }: Origin): Place {
    const known = cookie && this.cookie.todayOf(cookie);
    return { cookie: known ?? (lineage ? this.cookie.of(lineage) : this.cookie.home), lineage };
  }

  /** The plain name is for a session that no answer under way could put another in the place of. */
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

/** Why a session of before is not to come back with a late answer, though its visitor is the same. */
function turnOf(draft: Changed, before: SessionRecord): Turn | undefined {
  const { opened, ended, hasSignedIn } = draft;
  const isChanged = (key: string) => isAnotherValue(draft, before, key);
  if (ended) return 'roles';
  if (visitorAfter(draft) !== undefined) {
    if (PRIVILEGES.some(isChanged)) return 'roles';
    if (hasSignedIn || [...before.identity, ...draft.visitor.identity].some(isChanged)) return 'visitor';
  }
  return opened && opened.id !== draft.id ? 'id' : undefined;
}

function isAnotherValue({ cleared, own: { set, unset } }: Changed, { values }: SessionRecord, key: string): boolean {
  if (set.has(key)) return !isSame(set.get(key), values.get(key));
  return values.has(key) && (cleared || unset.has(key));
}

/** Who is signed in once the changes are stored. */
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
