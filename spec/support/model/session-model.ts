/** Milliseconds for which requests in progress can still fill an emptied session. */
export const EMPTY_FOR = 60_000;
/**
 * Milliseconds: how long an old id leads to its session, how long it is known at all, and how long a message is
 * reserved for one request.
 */
const GRACE = 10_000;
const TRAIL = 60_000;
export const CLAIM = 60_000;

/** A message in the model, with the request that has read it. */
export interface ModelMessage {
  readonly text: string;
  readBy?: object | undefined;
  keptUntil?: number | undefined;
  /** Set after the answer of the request that read it was sent. */
  isDelivered?: boolean | undefined;
}

export interface ModelSession {
  readonly values: Map<string, unknown>;
  readonly messages: Map<string, readonly ModelMessage[]>;
  readonly createdAt: number;
  readonly renewedAt: number;
  readonly expiresAt: number;
}

/** Checks whether a session holds nothing. Such a session does not exist for new requests. */
export function isEmpty({ values, messages }: Pick<ModelSession, 'values' | 'messages'>): boolean {
  return values.size === 0 && messages.size === 0;
}

/** A session, and the token that identifies it now. */
export interface Found {
  readonly token: string;
  readonly session: ModelSession;
}

interface Moved {
  readonly to: string;
  readonly at: number;
  readonly isSecret: boolean;
}

/** Maps tokens to sessions: a store without concurrency and without failures. */
export class SessionModel {
  readonly #sessions = new Map<string, ModelSession>();
  readonly #moved = new Map<string, Moved>();
  readonly #tokens = new Set<string>();

  /** Every token ever issued. */
  get tokens(): ReadonlySet<string> {
    return this.#tokens;
  }

  /** Returns the session that a new request finds. */
  open(token: string, now: number): Found | undefined {
    const found = this.find(token, now);
    return found && isEmpty(found.session) ? undefined : found;
  }

  /** Returns the session that a request in progress finds. */
  find(token: string, now: number): Found | undefined {
    const moved = this.#moved.get(token);
    if (moved) return moved.isSecret || now >= moved.at + GRACE ? undefined : this.find(moved.to, now);
    const session = this.#sessions.get(token);
    return session && now < session.expiresAt ? { token, session } : undefined;
  }

  /** Checks whether the session of a token has got another one a short while ago, to which this one does not lead. */
  isSuperseded(token: string, now: number): boolean {
    const moved = this.#moved.get(token);
    if (!moved || now >= moved.at + TRAIL) return false;
    return moved.isSecret || now >= moved.at + GRACE || this.isSuperseded(moved.to, now);
  }

  /** Checks whether the session that has taken the place of a token's still exists. */
  hasSuccessor(token: string, now: number): boolean {
    const to = this.#moved.get(token)?.to;
    if (to === undefined) return false;
    const session = this.#sessions.get(to);
    return session ? now < session.expiresAt && !isEmpty(session) : this.hasSuccessor(to, now);
  }

  put(token: string, session: ModelSession): void {
    this.#tokens.add(token);
    this.#sessions.set(token, session);
  }

  move(from: string, to: string, at: number, isSecret: boolean): void {
    this.#sessions.delete(from);
    this.#moved.set(from, { to, at, isSecret });
  }

  /** Ends a session, even if it has another id now, as long as that is known. */
  end(token: string, now: number): void {
    const moved = this.#moved.get(token);
    this.#sessions.delete(token);
    this.#moved.delete(token);
    if (moved && now < moved.at + TRAIL) this.end(moved.to, now);
  }
}

/**
 * Lets a request read a message.
 *
 * @param since The time at which the request began.
 * @returns True unless another request has reserved the message.
 */
export function readMessage(message: ModelMessage, by: object, since: number, now: number): boolean {
  const isFree = message.readBy === by || (message.keptUntil ?? 0) <= now;
  if (isFree) Object.assign(message, { readBy: by, keptUntil: since + CLAIM });
  return isFree;
}
