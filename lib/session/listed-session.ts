import type { SessionDevice } from './session-device.js';
import type { SessionRecord } from './session-record.js';

/** One of a user's sessions, to be shown to that user. */
export class ListedSession {
  readonly createdAt: Date;
  /** As of the last time the session was written: exact to `session.renewAfter`. */
  readonly lastSeenAt: Date;
  /** When it ends unless it is used again. */
  readonly expiresAt: Date;
  /** What the browser called itself when the visitor signed in. It may say what it likes. */
  readonly userAgent: string | undefined;
  /** What the application called it, as told to `signIn`. */
  readonly label: string | undefined;

  constructor(
    /** Names the session towards `revoke`. Of no use as a cookie, so a page may show it. */
    readonly id: string,
    {
      createdAt,
      renewedAt,
      expiresAt,
      device = {},
    }: Omit<SessionRecord, 'id'> & { device?: SessionDevice | undefined },
    /** Whether it is the one that asks. */
    readonly isCurrent: boolean,
  ) {
    this.createdAt = new Date(createdAt);
    this.lastSeenAt = new Date(renewedAt);
    this.expiresAt = new Date(expiresAt);
    this.userAgent = device.userAgent;
    this.label = device.label;
  }
}
