import { injectable } from '../injectable.js';
import { Clock } from './clock.js';
import { onOneLine } from './printable.js';
import { draftOf, type Session } from './session.js';
import { SessionId } from './session-id.js';

/** Why a cookie opened no session. */
export type RejectionReason =
  /** Nothing that this application ever sent looks like it. */
  | 'malformed'
  /** It leads to no session: to one that has ended, to one that the store has dropped, or it is made up. */
  | 'unknown'
  /** A seal that does not open: it was changed, or sealed with a secret that is no longer among those of the application. */
  | 'tampered'
  /** Several cookies, each of which stands for a session. */
  | 'ambiguous'
  /** The browser has left it: it came back with an answer that was under way at a sign-in, a sign-out or the like. */
  | 'left'
  /** The list of revocations says that it is over. */
  | 'revoked'
  /** What it holds does not fit `sessionData.schema`, and was not migrated: it has been ended. */
  | 'misfit';

/** Whom an event is about. */
export interface EventSubject {
  /** The short hash of the session's id. */
  readonly session?: string | undefined;
  /** As the application gave it to `signIn`: personal data. */
  readonly userId?: string | undefined;
}

interface StoredSubject extends EventSubject {
  readonly session: string;
}

interface AskedFor extends EventSubject {
  /** Left out, as `path` is, where a check was asked before the guard was. */
  readonly method?: string | undefined;
  /** Encoded; without the query. */
  readonly path?: string | undefined;
  /** Stable. */
  readonly code: string;
  /** A sentence. */
  readonly reason: string;
}

/** What each event tells beside its name and its time. */
export interface SecurityEventFields {
  /** A session was stored for the first time. */
  'session.created': StoredSubject;
  /** An unchanged session was written again, for it to live on. */
  'session.renewed': StoredSubject;
  /** A session got another id, as with every sign-in. */
  'session.rotated': StoredSubject & {
    /** The short hash of the id of before. */
    readonly previous: string;
  };
  /** A session was ended by the request that it belongs to. */
  'session.ended': StoredSubject;
  /** A session was ended from elsewhere; all of a user's, where no session is named. */
  'session.revoked': EventSubject;
  /** A request came with a session whose time is up. */
  'session.expired': StoredSubject;
  /** A request came with a cookie that opens no session, of which `session` is the short hash. */
  'session.rejected': EventSubject & { readonly reason: RejectionReason };
  login: StoredSubject & { readonly userId: string };
  logout: StoredSubject & { readonly userId: string };
  /** Somebody was refused by a rule, by the guard of a page, or by a check in a page. */
  'access.denied': AskedFor & {
    /** The rule, in words. */
    readonly rule?: string | undefined;
  };
  /** A request was refused because it is not known to come from a page of this site, or lacks its token. */
  'csrf.refused': AskedFor;
  /** The store, the list of revocations, `access.reload` or `sessionData.schema` could not be asked. */
  'store.failed': EventSubject & { readonly operation: 'read' | 'write' | 'destroy' | 'reload' | 'schema' };
}

export type SecurityEventName = keyof SecurityEventFields;

/** Something that whoever watches over an application may want to know. Its texts stay on one line; nothing is in it that a session holds but `userId`. */
export type SecurityEvent = {
  [Name in SecurityEventName]: { readonly name: Name; readonly at: Date } & SecurityEventFields[Name];
}[SecurityEventName];

/** Each event is published on the channel of this name with its own behind it: `astro-gatehouse:login`. */
export const CHANNEL_PREFIX = 'astro-gatehouse:';

const HASH_LENGTH = 12;
/** A header may be as long as it likes, a line of a log may not. */
const MOST_CHARACTERS = 500;

/** A runtime without channels has nobody who listens to them. */
const diagnostics = globalThis.process?.getBuiltinModule?.('node:diagnostics_channel');
type Channel = ReturnType<NonNullable<typeof diagnostics>['channel']>;

/**
 * What happened, for logs and alarms: published on `node:diagnostics_channel`, where it costs nothing while nobody
 * listens. Override `publish` to have it elsewhere.
 *
 * @example
 * class AuditTrail extends SecurityEvents {
 *   override publish(event: SecurityEvent) {
 *     console.log(JSON.stringify(event));
 *   }
 * }
 * @see OWASP ASVS 5.0 16.2.5, 16.3.1 to 16.3.4, 16.4.1.
 */
@injectable()
export class SecurityEvents {
  readonly #clock: Clock;
  readonly #channels = new Map<SecurityEventName, Channel | undefined>();
  #report = (line: string, error: unknown): void => console.error(`[astro-gatehouse] ${line}`, error);
  #hasFailed = false;

  constructor(clock: Clock = new Clock()) {
    this.#clock = clock;
  }

  /**
   * Called with each event, in the middle of the request that it is about, which waits for nothing that is promised here.
   * What it throws is reported once, and stops nobody.
   */
  publish(event: SecurityEvent): void | Promise<void> {
    this.#channelOf(event.name)?.publish(event);
  }

  /** Tells of an event, if anybody wants to know. @param fields Asked for in that case alone. */
  tell<Name extends SecurityEventName>(name: Name, fields: () => SecurityEventFields[Name]): void {
    if (!this.#isWanted(name)) return;
    try {
      const told = Object.entries(fields()).filter(([, value]) => value !== undefined);
      const entries = told.map(([field, value]) => [field, readable(String(value))]);
      const event = Object.freeze({ name, at: new Date(this.#clock.now()), ...Object.fromEntries(entries) });
      const published: unknown = this.publish(event as SecurityEvent);
      Promise.resolve(published).catch((error: unknown) => this.#failed(error));
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Where it is told that `publish` threw. Default: the console. */
  reportTo(report: (line: string, error: unknown) => void): void {
    this.#report = report;
  }

  /** Whether anybody listens. A subclass may have ears of its own. */
  #isWanted(name: SecurityEventName): boolean {
    return this.publish !== SecurityEvents.prototype.publish || this.#channelOf(name)?.hasSubscribers === true;
  }

  #channelOf(name: SecurityEventName): Channel | undefined {
    if (!this.#channels.has(name)) this.#channels.set(name, diagnostics?.channel(CHANNEL_PREFIX + name));
    return this.#channels.get(name);
  }

  #failed(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#report(`${this.constructor.name}.publish() threw, so an event was lost. This is said once.`, error);
  }
}

/** Tells a session from others, and is of no use as a cookie. */
export function shortHash(id: string): string {
  return SessionId.fingerprint(id).slice(0, HASH_LENGTH);
}

/** The short hash of a session by the fingerprint that it is filed under. */
export function shortHashOfKey(key: string): string {
  return key.slice(0, HASH_LENGTH);
}

/** Whom a request is from. A session that is not stored has no hash. */
export function subjectOf(session: Session): EventSubject {
  const { opened, values } = draftOf(session);
  const userId = values.get('userId');
  return { session: opened && shortHash(opened.id), userId: typeof userId === 'string' ? userId : undefined };
}

function readable(text: string): string {
  return onOneLine(text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text);
}
