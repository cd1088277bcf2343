import { SessionId } from './session-id.js';
import { type Impersonation, type SessionRecord, userIdOf } from './session-record.js';

/** Returns what all copies of a session have in common, even after a change of the id: who signed in, and when. */
export function signInOf(userId: string, { createdAt }: SessionRecord): string {
  return SessionId.fingerprint(`${createdAt}:${userId}`);
}

/** Returns what all copies of a session during one impersonation have in common. */
export function impersonationOf(record: SessionRecord, impersonation: Impersonation): string {
  const { startedAt } = impersonation;
  return SessionId.fingerprint(`${startedAt}:${userIdOf(impersonation)}:${userIdOf(record)}`);
}
