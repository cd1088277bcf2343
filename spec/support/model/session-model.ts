/** Milliseconds for which an emptied session can be filled again by requests under way. */
export const EMPTY_FOR = 60_000;
/** For which an old id leads to its session, for which it is known at all, and for which a message is one request's. */
const GRACE = 10_000;
const TRAIL = 60_000;
export const CLAIM = 60_000;

/** A message as the model keeps it, and which request has read it. */
export interface ModelMessage {
  readonly text: string;
  readBy?: object | undefined;
  keptUntil?: number | undefined;
  /** Whether the answer of the request that read it is given. */
  isDelivered?: boolean | undefined;
}

export interface ModelSession {
  readonly values: Map<string, unknown>;
  readonly messages: Map<string, readonly ModelMessage[]>;
  readonly createdAt: number;
  readonly renewedAt: number;
  readonly expiresAt: number;
}

/** A session that holds nothing is none. */
export function isEmpty({ values, messages }: Pick<ModelSession, 'values' | 'messages'>): boolean {
  return values.size === 0 && messages.size === 0;
}

/** Where a token leads. */
export interface Found {
  readonly token: string;
  readonly session: ModelSession;
}

interface Moved {
  readonly to: string;
  readonly at: number;
  readonly isSecret: boolean;
}

/** Which token leads to which session: all that a store is, when nothing happens at once and nothing can fail. */
export class SessionModel {
  readonly #sessions = new Map<string, ModelSession>();
  readonly #moved = new Map<string, Moved>();
  readonly #tokens = new Set<string>();

  /** Every token there ever was. */
  get tokens(): ReadonlySet<string> {
    return this.#tokens;
  }

  /** What a new request finds. */
  open(token: string, now: number): Found | undefined {
    const found = this.find(token, now);
    return found && isEmpty(found.session) ? undefined : found;
  }

  /** What a request under way finds. */
  find(token: string, now: number): Found | undefined {
    const moved = this.#moved.get(token);
    if (moved) return moved.isSecret || now >= moved.at + GRACE ? undefined : this.find(moved.to, now);
    const session = this.#sessions.get(token);
    return session && now < session.expiresAt ? { token, session } : undefined;
  }

  isSuperseded(token: string, now: number): boolean {
    const moved = this.#moved.get(token);
    return moved !== undefined && now < moved.at + TRAIL;
  }

  put(token: string, session: ModelSession): void {
    this.#tokens.add(token);
    this.#sessions.set(token, session);
  }

  move(from: string, to: string, at: number, isSecret: boolean): void {
    this.#sessions.delete(from);
    this.#moved.set(from, { to, at, isSecret });
  }

  /** Also when the session has moved on. */
  end(token: string): void {
    const moved = this.#moved.get(token);
    this.#sessions.delete(token);
    this.#moved.delete(token);
    if (moved) this.end(moved.to);
  }
}

/** Has a request read a message. @param since When its time began. @returns Whether no other request has it. */
export function readMessage(message: ModelMessage, by: object, since: number, now: number): boolean {
  const isFree = message.readBy === by || (message.keptUntil ?? 0) <= now;
  if (isFree) Object.assign(message, { readBy: by, keptUntil: since + CLAIM });
  return isFree;
}
