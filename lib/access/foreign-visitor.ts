import type { Session } from '../session/session.js';
import type { VisitorResolver } from './visitor-resolver.js';

/** Somebody whom another part of the application knows, in place of the visitor of the session. */
export class ForeignVisitor {
  /** What the resolver is asked about them; `undefined` where nobody else's word counts. */
  readonly session: Session | undefined;
  readonly #said: ReadonlyMap<string, unknown>;

  /**
   * @param known What the application says of them; `null` for a guest.
   * @param isAssigned Whether `locals.session` was given it, and gives it back to pages.
   */
  constructor(
    readonly known: unknown,
    readonly isAssigned: boolean,
    resolver: VisitorResolver,
  ) {
    this.session = resolver.adopted(known);
    this.#said = new Map(entriesOf(known).map(([key, value]) => [key, Array.isArray(value) ? [...value] : value]));
  }

  /** Whether the application has changed what it says since: a middleware may fill in an object that it has assigned. */
  get hasChanged(): boolean {
    return !this.isSaidBy(this.known);
  }

  /** Whether what the application says by now is what it said of them. */
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
