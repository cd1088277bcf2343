import { draftOf, Session } from '../../session/session.js';
import type { VisitorResolver } from '../visitor-resolver.js';
import { type NamedBy, setSource, sourceIn } from './visitor-source.js';

/** A visitor who was identified by another part of the application, in place of the visitor of the session. */
export class ForeignVisitor {
  /** The session that the resolver is called with; `undefined` where visitors are identified by the session alone. */
  readonly session: Session | undefined;
  readonly #said: ReadonlyMap<string, unknown>;

  /**
   * @param known The visitor's data; `null` for a guest.
   * @param namedBy A value that was assigned to `locals.session` is returned to pages.
   * @param failure The reason why nobody knows who the visitor is.
   */
  constructor(
    readonly known: unknown,
    readonly namedBy: NamedBy,
    private readonly resolver: VisitorResolver,
    private readonly failure?: Error | undefined,
  ) {
    this.session = resolver.adopted(known, namedBy);
    this.#said = new Map(entriesOf(known).map(([key, value]) => [key, Array.isArray(value) ? [...value] : value]));
    if (!this.session) return;
    setSource(this.session, namedBy === 'identify' ? sourceIn(known) : 'application');
    draftOf(this.session).failure = failure;
  }

  /** Creates the visitor whom `identify` named. The data is copied, so that it counts as it was when it was returned. */
  static identified(known: unknown, resolver: VisitorResolver): ForeignVisitor {
    const isData = typeof known === 'object' && known !== null && !Array.isArray(known) && !(known instanceof Session);
    return new ForeignVisitor(isData ? { ...known } : known, 'identify', resolver);
  }

  /** Creates the same visitor anew, from the data as it is now and without what the request has changed. */
  anew(): ForeignVisitor {
    return new ForeignVisitor(this.known, this.namedBy, this.resolver, this.failure);
  }

  /** True when the application has changed the data since: a middleware may fill in an object after it has assigned it. */
  get hasChanged(): boolean {
    return this.namedBy !== 'identify' && !this.isSaidBy(this.known);
  }

  /** Checks whether data is the same as that of this visitor. */
  isSaidBy(known: unknown): boolean {
    const now = entriesOf(known);
    return now.length === this.#said.size && now.every(([key, value]) => isSame(value, this.#said.get(key)));
  }
}

function entriesOf(known: unknown): [string, unknown][] {
  return typeof known === 'object' && known !== null ? Object.entries(known) : [];
}

function isSame(one: unknown, other: unknown): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return Object.is(one, other);
  return one.length === other.length && one.every((entry, at) => Object.is(entry, other[at]));
}
