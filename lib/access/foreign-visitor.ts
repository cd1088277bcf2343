import type { Session } from '../session/session.js';
import type { VisitorResolver } from './visitor-resolver.js';

/** A visitor who was identified by another part of the application, in place of the visitor of the session. */
export class ForeignVisitor {
  /** The session that the resolver is called with; `undefined` where visitors are identified by the session alone. */
  readonly session: Session | undefined;
  readonly #said: ReadonlyMap<string, unknown>;

  /**
   * @param known The visitor's data; `null` for a guest.
   * @param isAssigned Set when it was assigned to `locals.session`, which then returns it to pages.
   */
  constructor(
    readonly known: unknown,
    readonly isAssigned: boolean,
    resolver: VisitorResolver,
  ) {
    this.session = resolver.adopted(known);
    this.#said = new Map(entriesOf(known).map(([key, value]) => [key, Array.isArray(value) ? [...value] : value]));
  }

  /** True when the application has changed the data since: a middleware may fill in an object after it has assigned it. */
  get hasChanged(): boolean {
    return !this.isSaidBy(this.known);
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
