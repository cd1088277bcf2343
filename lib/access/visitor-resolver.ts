import { StoreUnavailableError } from '../errors.js';
import { injectable } from '../injectable.js';
import { Clock } from '../session/clock.js';
import { MadeClasses } from '../session/made-classes.js';
import { madeSession } from '../session/made-session.js';
import { forget, isPromise } from '../session/promised.js';
import { SecurityEvents } from '../session/security-events.js';
import { draftOf, Session } from '../session/session.js';
import { SessionId } from '../session/session-id.js';
import type { SessionRecord } from '../session/session-record.js';
import { AccessConfig } from './access-options.js';
import { DecisionLog } from './decision-log.js';
import { UserReloads } from './user-reloads.js';
import { Visitor, type VisitorData } from './visitor.js';
import { visitorFault } from './visitor-data.js';

type VisitorParts = ConstructorParameters<typeof Visitor>;

/**
 * Tells from a session who the visitor is.
 *
 * @example
 * class FreshVisitorResolver extends VisitorResolver {
 *   override async resolve(session: Session) {
 *     const user = await users.find(session.get('userId'));       // roles as they are today
 *     return user ? this.signedIn({ ...session.all(), ...user }) : this.guest();
 *   }
 * }
 */
@injectable()
export class VisitorResolver {
  readonly #made = MadeClasses.current;
  readonly #reloads: UserReloads | undefined;
  readonly #told = new Set<string>();
  /** What visitors are made of, by the record that requests share: it is read once. */
  readonly #known = new WeakMap<SessionRecord, VisitorParts>();

  constructor(
    private readonly access: AccessConfig,
    private readonly log: DecisionLog,
    clock: Clock,
    private readonly events: SecurityEvents,
  ) {
    this.#reloads = access.reload && new UserReloads(access, clock);
  }

  /** @returns The visitor; a guest when the session names no user, or one who is gone. */
  resolve(session: Session): Visitor | Promise<Visitor> {
    const claimed = this.fromSession(session);
    return this.#reloads && claimed.session ? this.#reloaded(session, claimed.session, this.#reloads) : claimed;
  }

  /** Whether {@link resolve} may have to look somewhere first. */
  get looksElsewhere(): boolean {
    return this.#reloads !== undefined || this.resolve !== VisitorResolver.prototype.resolve;
  }

  /**
   * What {@link resolve} is asked about somebody whom another part of the application knows: a session of its own, which is
   * stored nowhere. Nobody has checked what is said of them, so whoever does not fit is a guest, and the log says why, once.
   *
   * @param known Who it is, with a `userId`; `null` or nothing for a guest.
   * @returns `undefined` where nobody else's word counts.
   */
  adopted(known: unknown): Session | undefined {
    const values = known instanceof Session ? draftOf(known).values.all() : known;
    const fault = values ? faultOf(values) : undefined;
    if (fault !== undefined) this.#tellOnce(fault);
    const isKnown = typeof values === 'object' && values !== null && fault === undefined;
    return madeSession(this.#made, isKnown ? foreignRecord(values) : undefined);
  }

  /** What the session itself says, without asking anybody. */
  fromSession(session: Session): Visitor {
    const draft = draftOf(session);
    if (draft.isNew && draft.revision === 0) return this.guest();
    const record = this.#isOfRecord ? draft.untouched : undefined;
    const known = record && this.#known.get(record);
    if (known) return new Visitor(...known);
    const contents = draft.values.all();
    if (!isVisitorData(contents)) return this.guest();
    if (record) this.#known.set(record, this.#partsOf(contents));
    return this.signedIn(contents);
  }

  protected guest(): Visitor {
    return new (this.#made.of(Visitor))();
  }

  protected signedIn(data: VisitorData): Visitor {
    return new (this.#made.of(Visitor))(...this.#partsOf(data));
  }

  #partsOf(data: VisitorData): VisitorParts {
    const { getRole, getPermissions } = this.access;
    const roles = getRole ? this.#ask('getRole', () => getRole(data)) : [...texts(data.role), ...texts(data.roles)];
    const permissions = getPermissions
      ? this.#ask('getPermissions', () => getPermissions(data))
      : texts(data.permissions);
    return [Object.freeze(data), this.access.withBrought(roles), permissions];
  }

  /** Whether a visitor is what the record says, whenever that is read: no code of the application's has a part in it. */
  get #isOfRecord(): boolean {
    const { getRole, getPermissions } = this.access;
    const isOwn = this.signedIn === VisitorResolver.prototype.signedIn && this.#made.of(Visitor) === Visitor;
    return isOwn && !getRole && !getPermissions;
  }

  #tellOnce(fault: string): void {
    if (this.#told.has(fault)) return;
    this.#told.add(fault);
    this.log.misfit(
      `The visitor that your application named (in locals.session, or as "__session__" in Astro's session) is treated as a ` +
        `guest: ${fault}. Correct what your middleware assigns. This is said once.`,
    );
  }

  async #reloaded(session: Session, data: VisitorData, reloads: UserReloads): Promise<Visitor> {
    try {
      const user = await reloads.today(session, data);
      if (user) return this.signedIn(user);
      if (!draftOf(session).isClosed) session.destroy();
    } catch (error) {
      if (session.isUnavailable) return this.guest();
      draftOf(session).failure = new StoreUnavailableError('reload', error);
      this.events.tell('store.failed', () => ({ operation: 'reload', userId: data.userId }));
    }
    return this.guest();
  }

  /** A function that throws gives nothing: the visitor stays signed in, and rules that ask for more refuse. */
  #ask(option: string, read: () => unknown): string[] {
    try {
      const answer = read();
      if (isPromise(answer)) this.#tellOfPromise(option, answer);
      return texts(answer);
    } catch (error) {
      this.log.failure(`access.${option} threw, so the visitor was given nothing by it.`, error);
      return [];
    }
  }

  /** With every request it would be the same. */
  #tellOfPromise(option: string, answer: PromiseLike<unknown>): void {
    forget(answer);
    if (this.#told.has(option)) return;
    this.#told.add(option);
    const cure = 'Look up in access.reload what has to be looked up. This is said once.';
    this.log.failure(
      `access.${option} gave a promise, which nobody waits for, so no visitor is given anything by it.`,
      cure,
    );
  }
}

function faultOf(known: unknown): string | undefined {
  if (typeof known !== 'object' || Array.isArray(known)) return 'they are no object with a "userId"';
  const fault = visitorFault({ ...known });
  return fault && `"${fault.key}" must be ${fault.expected}`;
}

/** Copied, because the application may go on with the object: a visitor is who it was when somebody asked. */
function foreignRecord(known: object): SessionRecord {
  const values = new Map(Object.entries(known).map(([key, value]) => [key, Array.isArray(value) ? [...value] : value]));
  const [createdAt, renewedAt, expiresAt] = [0, 0, Number.MAX_SAFE_INTEGER];
  return {
    id: SessionId.generate(),
    createdAt,
    renewedAt,
    expiresAt,
    values,
    flashes: new Map(),
    identity: [],
    isForeign: true,
  };
}

function isVisitorData(contents: Record<string, unknown>): contents is VisitorData {
  return typeof contents.userId === 'string' && contents.userId !== '';
}

/** Session contents may be anything; only texts are roles or permissions. */
function texts(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((text) => typeof text === 'string');
}
