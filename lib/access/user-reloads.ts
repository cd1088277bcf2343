import type { Clock } from '../base/clock.js';
import { inTime } from '../base/waiting.js';
import type { Session } from '../session/session.js';
import type { AccessConfig, Reloaded } from './access-options.js';
import type { VisitorData } from './visitor.js';

/** Maximum number of users that are remembered. The oldest are removed first. */
const MOST_USERS = 10_000;
/** Milliseconds after which an answer is no longer waited for. */
export const LOOKUP_TIMEOUT = 5_000;
/** The values that a lookup replaces: once a user was found, they are never taken from the session. */
const LOOKED_UP: readonly string[] = ['email', 'role', 'roles', 'permissions'];

interface Reload {
  readonly userId: string;
  /** The session's own values of those keys. */
  readonly claims: readonly string[];
  readonly found: Promise<Reloaded>;
}

/** Answers of `access.reload`. It is called once per request, and not again while an earlier answer still counts. */
export class UserReloads {
  readonly #bySession = new WeakMap<Session, Reload>();
  readonly #byUser = new Map<string, { readonly found: Promise<Reloaded>; readonly until: number }>();

  constructor(
    private readonly access: AccessConfig,
    private readonly clock: Clock,
  ) {}

  /**
   * @param data The visitor's data in the session.
   * @returns The visitor's data with what was looked up today; `null` when the user no longer exists. Values that this very
   *   request has set are taken from the session.
   */
  async today(session: Session, data: VisitorData): Promise<VisitorData | null> {
    const claims = LOOKED_UP.map((key) => JSON.stringify([data[key]]));
    const known = this.#bySession.get(session);
    const given = LOOKED_UP.filter((_, at) => known && known.claims[at] !== claims[at]);
    const isAnother = known !== undefined && known.userId !== data.userId;
    if (isAnother || given.length > 0) this.#byUser.delete(data.userId);
    if (isAnother) return data;
    const found = known?.found ?? this.#find(data);
    if (!known) this.#bySession.set(session, { userId: data.userId, claims, found });
    const user = await found;
    if (user === null) return given.length > 0 ? data : null;
    const isOwn = ([key]: [string, unknown]) => given.includes(key) || !LOOKED_UP.includes(key);
    const isFound = ([key]: [string, unknown]) => !given.includes(key);
    const [own, ofToday] = [Object.entries(data).filter(isOwn), Object.entries(user).filter(isFound)];
    return { ...Object.fromEntries([...own, ...ofToday]), userId: data.userId };
  }

  #find(data: VisitorData): Promise<Reloaded> {
    const { revalidate } = this.access;
    if (revalidate === 0) return this.#ask(data);
    const now = this.clock.now();
    const known = this.#byUser.get(data.userId);
    if (known && now < known.until) return known.found;
    const found = this.#ask(data);
    this.#remember(data.userId, found, now + revalidate);
    return found;
  }

  #remember(userId: string, found: Promise<Reloaded>, until: number): void {
    this.#byUser.delete(userId);
    const [first] = this.#byUser.keys();
    if (this.#byUser.size >= MOST_USERS && first !== undefined) this.#byUser.delete(first);
    this.#byUser.set(userId, { found, until });
    // The next request asks again.
    found.catch(() => this.#byUser.delete(userId));
  }

  /** @throws What `reload` throws, and when it returns neither a user nor `null`: a forgotten `return` must sign nobody out, or in. */
  async #ask(data: VisitorData): Promise<Reloaded> {
    const asked = Promise.resolve(this.access.reload?.(data));
    const user: unknown = await inTime(asked, LOOKUP_TIMEOUT, 'It');
    if (user === null || (typeof user === 'object' && !Array.isArray(user))) return user as Reloaded;
    throw new TypeError('It gave neither a user nor null.');
  }
}
