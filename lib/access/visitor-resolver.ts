import { Clock } from '../base/clock.js';
import { forget, isPromise, type Promised } from '../base/promised.js';
import { inTime } from '../base/waiting.js';
import { StoreUnavailableError } from '../errors/index.js';
import { injectable } from '../injectable.js';
import { MadeClasses } from '../session/made-classes.js';
import { madeSession } from '../session/made-session.js';
import type { SessionRecord } from '../session/record/session-record.js';
import { SecurityEvents } from '../session/security-events.js';
import { draftOf, Session } from '../session/session.js';
import { AccessConfig, type GrantedRoles } from './access-options.js';
import { DecisionLog } from './guard/decision-log.js';
import type { AccessRequest } from './guard/guarded-request.js';
import { LOOKUP_TIMEOUT, UserReloads } from './user-reloads.js';
import { alike, type IdentifiedVisitor, identifiedFault, Visitor, type VisitorData, visitorFault } from './visitor.js';
import { faultOf, foreignRecord } from './visitors/foreign-record.js';
import { checkedRoles, listedRoles } from './visitors/granted-roles.js';
import { namesPowers, withOwnPowers } from './visitors/own-powers.js';
import { RolesEverywhere } from './visitors/roles-everywhere.js';
import { type NamedBy, sourceOf } from './visitors/visitor-source.js';

type VisitorParts = ConstructorParameters<typeof Visitor>;

/**
 * Creates the visitor that a session belongs to.
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
  readonly #logged = new Set<string>();
  /** The sessions of visitors whom `identify` named. */
  readonly #identified = new WeakSet<Session>();
  readonly #everywhere: RolesEverywhere;
  /** The parts of visitors by record. Requests share records, so that each is read once. */
  readonly #known = new WeakMap<SessionRecord, VisitorParts>();

  constructor(
    private readonly access: AccessConfig,
    private readonly log: DecisionLog,
    clock: Clock,
    private readonly events: SecurityEvents,
  ) {
    this.#reloads = access.reload && new UserReloads(access, clock);
    this.#everywhere = new RolesEverywhere(log);
  }

  /** @returns The visitor; a guest when the session names no user, or a user who no longer exists. */
  resolve(session: Session): Visitor | Promise<Visitor> {
    const claimed = this.fromSession(session);
    return this.#reloads && claimed.session ? this.#reloaded(session, claimed.session, this.#reloads) : claimed;
  }

  /**
   * Names the visitor of a request in place of the session, for example by an API key. It is called once for each request,
   * before any middleware of the application, and the answer counts for this request alone. When it throws, guarded pages
   * are answered with 503.
   *
   * @returns The visitor's data; `null` for a guest, whatever session the browser sent; `undefined` to leave it to the session.
   */
  identify(request: AccessRequest): Promised<IdentifiedVisitor | null | undefined> {
    return this.access.identify?.(request);
  }

  /** True when {@link identify} may name a visitor. */
  get identifies(): boolean {
    return this.access.identify !== undefined || this.identify !== VisitorResolver.prototype.identify;
  }

  /** True when {@link resolve} may have to query something first, such as a database. */
  get looksElsewhere(): boolean {
    return this.#reloads !== undefined || this.resolve !== VisitorResolver.prototype.resolve;
  }

  /** True when the roles of visitors depend on the route. Otherwise nothing of {@link rolesFor} is called. */
  get looksAtRoutes(): boolean {
    return this.access.rolesFor !== undefined || this.rolesFor !== VisitorResolver.prototype.rolesFor;
  }

  /**
   * Looks up the roles that a signed-in visitor has on a route, in addition to those that {@link resolve} gives. Default: those
   * of `access.rolesFor`.
   *
   * @param session The values that identify the visitor.
   */
  rolesFor(session: VisitorData, request: AccessRequest): Promised<GrantedRoles> {
    return this.access.rolesFor?.(session, request);
  }

  /**
   * Looks up the roles on a route, and waits no longer than for a user.
   *
   * @returns `'unknown'` when that fails: the session then counts as unavailable.
   */
  async rolesAt(session: Session, data: VisitorData, request: AccessRequest): Promise<GrantedRoles | 'unknown'> {
    // A key that may only read must not get all that its user may do in an organisation. What counts is the data that
    // `identify` named: a user who was looked up since has powers, too.
    if (this.#identified.has(session) && namesPowers(draftOf(session).values.all())) return undefined;
    try {
      return checkedRoles(await inTime(Promise.resolve(this.rolesFor(data, request)), LOOKUP_TIMEOUT, 'It'));
    } catch (error) {
      this.#recordFailure('roles', session, data, error);
      return 'unknown';
    }
  }

  /** Returns a visitor with further roles; a guest when the roles are unknown. */
  withRoles(visitor: Visitor, granted: GrantedRoles | 'unknown'): Visitor {
    if (granted === 'unknown') return this.guest();
    const { roles, permissions } = listedRoles(granted);
    this.#everywhere.compare(visitor.roles, roles);
    const all = this.access.withBrought([...visitor.roles, ...roles]);
    return alike(visitor, new (this.#made.of(Visitor))(visitor.session, all, [...visitor.permissions, ...permissions]));
  }

  /**
   * Creates a session, stored nowhere, for a visitor who was identified by another part of the application. {@link resolve}
   * is then called with it. The data has not been checked before: a visitor with invalid data is a guest, and the reason is
   * logged once.
   *
   * @param known The visitor's data with a `userId`; `null` or `undefined` for a guest.
   * @param namedBy The part of the application that named the visitor.
   * @returns `undefined` where visitors are identified by the session alone.
   */
  adopted(known: unknown, namedBy: NamedBy = 'context'): Session | undefined {
    const values = known instanceof Session ? draftOf(known).values.all() : known;
    const isIdentified = namedBy === 'identify';
    const fault = values ? faultOf(values, isIdentified ? identifiedFault : visitorFault) : undefined;
    if (fault !== undefined) this.#logOnce(fault, isIdentified);
    const isKnown = typeof values === 'object' && values !== null && fault === undefined;
    const session = madeSession(this.#made, isKnown ? foreignRecord(values) : undefined);
    if (isIdentified) this.#identified.add(session);
    return session;
  }

  /** Creates the visitor from the session alone, without querying anything else. */
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

  /** Creates the visitor that a user's values describe, without querying anything else. */
  fromValues(values: VisitorData): Visitor {
    return this.signedIn({ ...values });
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

  /** True when the visitor depends on nothing but the record: no function of the application takes part. */
  get #isOfRecord(): boolean {
    const { getRole, getPermissions } = this.access;
    const isOwn = this.signedIn === VisitorResolver.prototype.signedIn && this.#made.of(Visitor) === Visitor;
    return isOwn && !getRole && !getPermissions;
  }

  #logOnce(fault: string, isIdentified: boolean): void {
    const [named, cure] = isIdentified
      ? ['identify named', 'Correct what identify returns.']
      : [
          `your application named (in locals.session, or as "__session__" in Astro's session)`,
          'Correct what your middleware assigns.',
        ];
    const line = `The visitor that ${named} is treated as a guest: ${fault}. ${cure} This is logged once.`;
    if (this.#logged.has(line)) return;
    this.#logged.add(line);
    this.log.misfit(line);
  }

  async #reloaded(session: Session, data: VisitorData, reloads: UserReloads): Promise<Visitor> {
    try {
      const user = await reloads.today(session, data);
      if (user) return this.signedIn(this.#identified.has(session) ? withOwnPowers(data, user) : user);
      draftOf(session).endOfMissingUser();
    } catch (error) {
      if (session.isUnavailable) return this.guest();
      this.#recordFailure('reload', session, data, error);
    }
    return this.guest();
  }

  /** Records that a lookup failed: the session then counts as unavailable. */
  #recordFailure(operation: 'reload' | 'roles', session: Session, { userId }: VisitorData, error: unknown): void {
    draftOf(session).failure ??= new StoreUnavailableError(operation, error);
    const impersonator = draftOf(session).impersonatorId;
    this.events.emit('store.failed', () => ({ operation, userId, impersonator, via: sourceOf(session) }));
  }

  /** A function that throws adds no roles or permissions: the visitor stays signed in, and rules that require more refuse. */
  #ask(option: string, read: () => unknown): string[] {
    try {
      const answer = read();
      if (isPromise(answer)) this.#logPromise(option, answer);
      return texts(answer);
    } catch (error) {
      this.log.failure(`access.${option} threw, so the visitor was given nothing by it.`, error);
      return [];
    }
  }

  /** Logged once, because every request would log the same. */
  #logPromise(option: string, answer: PromiseLike<unknown>): void {
    forget(answer);
    if (this.#logged.has(option)) return;
    this.#logged.add(option);
    const fault = `access.${option} gave a promise, which nobody waits for, so no visitor is given anything by it.`;
    this.log.failure(fault, 'Look up in access.reload what has to be looked up. This is logged once.');
  }
}

function isVisitorData(contents: Record<string, unknown>): contents is VisitorData {
  return typeof contents.userId === 'string' && contents.userId !== '';
}

/** Picks the strings out of a session value, which may be anything: nothing else is a role or a permission. */
function texts(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((text) => typeof text === 'string');
}
