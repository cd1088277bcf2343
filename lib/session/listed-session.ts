import { type SessionDevice, type SessionRecord, userIdOf } from './record/session-record.js';

/** One session in a list: of the sessions of a user, to be shown to that user, or of all sessions, for operators. */
export class ListedSession {
  /** The user who signed in with it; `undefined` for a guest. */
  readonly userId: string | undefined;
  readonly createdAt: Date;
  /** When the session was last written: exact to `session.renewAfter`. */
  readonly lastSeenAt: Date;
  /** When the session ends unless it is used again. */
  readonly expiresAt: Date;
  /** The browser's `User-Agent` at the sign-in. Browsers can send any value. */
  readonly userAgent: string | undefined;
  /** The application's name for the device, as passed to `signIn`. */
  readonly label: string | undefined;

  constructor(
    /** The id to pass to `revoke`. It cannot be used as a cookie, so a page may show it. */
    readonly id: string,
    record: Omit<SessionRecord, 'id'> & { device?: SessionDevice | undefined },
    /** True for the session of the current request. */
    readonly isCurrent: boolean,
  ) {
    const { createdAt, renewedAt, expiresAt, device = {} } = record;
    this.userId = userIdOf(record);
    this.createdAt = new Date(createdAt);
    this.lastSeenAt = new Date(renewedAt);
    this.expiresAt = new Date(expiresAt);
    this.userAgent = device.userAgent;
    this.label = device.label;
  }
}
