import { Clock } from '../base/clock.js';
import { onOneLine, shortened } from '../base/text.js';
import { injectable } from '../injectable.js';
import type { ImpersonationEnd, LoginRejection, RejectionReason } from './event-reasons.js';
import { SessionId } from './record/session-id.js';
import { type SessionRecord, userIdOf } from './record/session-record.js';
import { draftOf, type Session } from './session.js';

/** The session and the user that an event is about. */
export interface EventSubject {
  /** The first 12 characters of the fingerprint of the session's id. */
  readonly session?: string | undefined;
  /** The user's id that the application passed to `signIn`: personal data. */
  readonly userId?: string | undefined;
  /** The id of the person who impersonates that user; left out when nobody does. */
  readonly impersonator?: string | undefined;
}

interface Impersonating {
  readonly userId: string | undefined;
  readonly impersonator: string | undefined;
}

interface StoredSubject extends EventSubject {
  readonly session: string;
}

/** The user of a request, which may have been identified by something else than its session. */
export interface RequestSubject extends EventSubject {
  /**
   * How the user of the request was identified: `session`, `application`, `identify`, or the name that `identify` gave,
   * such as `api-key`.
   */
  readonly via?: string | undefined;
}

interface AskedFor extends RequestSubject {
  /** The request's method. Missing, as `path` is, when a check ran before the guard. */
  readonly method?: string | undefined;
  /** The request's path, percent-encoded, without the query. */
  readonly path?: string | undefined;
  /** The stable code of the decision. */
  readonly code: string;
  /** The reason, as a sentence. */
  readonly reason: string;
}

declare global {
  namespace App {
    /**
     * Augment this interface to emit events of your own with `SecurityEvents.emit()`: the fields of each, by its name.
     * Fields are strings; an undefined one is left out. Each event may also have `session` and `userId`.
     *
     * @see docs/events.md
     */
    interface SecurityEvents {}
  }
}

/** The fields of each event, in addition to its name and its time: those of this package, and those of the application. */
export interface SecurityEventFields extends App.SecurityEvents {
  /** A session was stored for the first time. */
  'session.created': StoredSubject;
  /** An unchanged session was written again to extend its life. */
  'session.renewed': StoredSubject;
  /** A session got another id, as at every sign-in. */
  'session.rotated': StoredSubject & {
    /** The short hash of the previous id. */
    readonly previous: string;
  };
  /** A session was ended by its own request. */
  'session.ended': StoredSubject;
  /** A session was ended by another request; all sessions of the user, when the event names no session. */
  'session.revoked': EventSubject;
  /** A request carried a session that has expired. */
  'session.expired': StoredSubject;
  /** A request carried a cookie that opens no session; `session` is the short hash of the cookie's token. */
  'session.rejected': EventSubject & { readonly reason: RejectionReason };
  /** A visitor signed in. */
  login: StoredSubject & { readonly userId: string };
  /** A visitor signed out. */
  logout: StoredSubject & { readonly userId: string };
  /** A visitor began to impersonate a user. */
  'impersonation.started': StoredSubject & Impersonating;
  /** An impersonation ended. One that expires is noticed by the next request of its browser. */
  'impersonation.ended': StoredSubject & Impersonating & { readonly reason: ImpersonationEnd };
  /** A visitor came back to finish a sign-in that is not pending in this browser. */
  'login.rejected': EventSubject & {
    readonly reason: LoginRejection;
    /** The provider that was expected to answer. */
    readonly provider?: string | undefined;
  };
  /** A visitor was refused by a rule, by the guard of a page, or by a check inside a page. */
  'access.denied': AskedFor & {
    /** A description of the rule. */
    readonly rule?: string | undefined;
    /** The ability that a policy refused. */
    readonly ability?: string | undefined;
  };
  /**
   * A request was refused because it does not provably come from a page of this site, or carries no valid CSRF token.
   */
  'csrf.refused': AskedFor;
  /** The store, the revocation list, `identify`, `access.reload`, `access.rolesFor` or `sessionData.schema` failed or did not answer in time. */
  'store.failed': RequestSubject & {
    readonly operation: 'read' | 'write' | 'destroy' | 'identify' | 'reload' | 'roles' | 'schema';
  };
}

export type SecurityEventName = keyof SecurityEventFields;

/**
 * A security-relevant event, for logs and alerts. Its strings have no line breaks. It contains no session data except
 * `userId`.
 */
export type SecurityEvent = {
  [Name in SecurityEventName]: { readonly name: Name; readonly at: Date } & EventSubject & SecurityEventFields[Name];
}[SecurityEventName];

/** The prefix of the channel names. Each event has its own channel, such as `astro-gatehouse:login`. */
export const CHANNEL_PREFIX = 'astro-gatehouse:';

const HASH_LENGTH = 12;
/** Maximum length of a string in an event. A header has no such limit, but a log line should. */
const MOST_CHARACTERS = 500;

/** `undefined` in runtimes without diagnostics channels, where nobody can subscribe. */
const diagnostics = globalThis.process?.getBuiltinModule?.('node:diagnostics_channel');
type Channel = ReturnType<NonNullable<typeof diagnostics>['channel']>;

/**
 * Publishes security events for logs and alerts, on `node:diagnostics_channel`. An event without subscribers costs
 * nothing. Override `publish` to send the events elsewhere.
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
   * Publishes one event. Called during the request that the event is about, which does not wait for a promise that
   * this returns. The first error that it throws is reported; none makes the request fail.
   */
  publish(event: SecurityEvent): void | Promise<void> {
    this.#channelOf(event.name)?.publish(event);
  }

  /** Emits an event if anybody observes it. @param fields Called only in that case. */
  emit<Name extends SecurityEventName>(name: Name, fields: () => SecurityEventFields[Name] & EventSubject): void {
    if (!this.#isWanted(name)) return;
    try {
      const known = Object.entries(fields()).filter(([, value]) => value !== undefined);
      const entries = known.map(([field, value]) => [field, readable(String(value))]);
      const event = Object.freeze({ name, at: new Date(this.#clock.now()), ...Object.fromEntries(entries) });
      const published: unknown = this.publish(event as SecurityEvent);
      Promise.resolve(published).catch((error: unknown) => this.#failed(error));
    } catch (error) {
      this.#failed(error);
    }
  }

  /** @deprecated Call {@link emit}. */
  tell<Name extends SecurityEventName>(name: Name, fields: () => SecurityEventFields[Name] & EventSubject): void {
    this.emit(name, fields);
  }

  /** Sets the function that reports errors of `publish`. Default: logs to the console. */
  reportTo(report: (line: string, error: unknown) => void): void {
    this.#report = report;
  }

  /** Checks whether an event has subscribers. A subclass that overrides `publish` receives all events. */
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
    this.#report(`${this.constructor.name}.publish() threw, so an event was lost. This is logged once.`, error);
  }
}

/** Returns a short hash that identifies a session in logs and cannot be used as a cookie. */
export function shortHash(id: string): string {
  return SessionId.fingerprint(id).slice(0, HASH_LENGTH);
}

/** Returns the short hash of the session that is stored under a key, its fingerprint. */
export function shortHashOfKey(key: string): string {
  return key.slice(0, HASH_LENGTH);
}

/** Emits that an impersonation ended, because the session of the impersonator did. @param session The short hash. */
export function emitImpersonationLeft(
  events: SecurityEvents,
  session: string,
  record: Pick<SessionRecord, 'values' | 'impersonation'>,
): void {
  const { impersonation } = record;
  if (!impersonation) return;
  const [userId, impersonator] = [userIdOf(impersonation), userIdOf(record)];
  events.emit('impersonation.ended', () => ({ session, userId, impersonator, reason: 'session-ended' }));
}

/** Returns the session and the user of a request. A session that is not stored has no hash. */
export function subjectOf(session: Session): EventSubject {
  const { opened, values, impersonatorId } = draftOf(session);
  const userId = textIn(values.get('userId'));
  return { session: opened && shortHash(opened.id), userId, impersonator: impersonatorId };
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function readable(text: string): string {
  return onOneLine(shortened(text, MOST_CHARACTERS));
}
