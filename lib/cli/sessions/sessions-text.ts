import { onOneLine, shortened } from '../../base/text.js';
import type { ListedSession } from '../../session/listed-session.js';
import type { SessionPage } from '../../session/registry/session-directory.js';
import { alignedRows } from '../table.js';

const HEAD = ['ID', 'USER', 'CREATED', 'LAST RENEWED', 'EXPIRES', 'DEVICE'];
const GUEST = '–';
/** Maximum number of characters of a string that a client may have chosen. */
const MOST_CHARACTERS = 60;

/** Returns a page of sessions as a table. Each is on one line, whatever strings it contains. */
export function pageAsText({ sessions, next }: SessionPage): string {
  const lines = alignedRows([HEAD, ...sessions.map(cellsOf)]);
  const table = sessions.length === 0 ? ['No sessions.'] : lines;
  return [...table, ...(next === undefined ? [] : [`More: --after ${next}`])].join('\n');
}

/** Returns a page of sessions as JSON. */
export function pageAsJson({ sessions, next }: SessionPage): string {
  return JSON.stringify({ sessions: sessions.map(withoutCurrent), next: next ?? null }, undefined, 2);
}

export function countAsText(count: number, asJson: boolean): string {
  return asJson ? JSON.stringify({ count }) : String(count);
}

export function endedAsText(ended: number, asJson: boolean): string {
  if (asJson) return JSON.stringify({ ended });
  return ended === 1 ? '1 session was ended.' : `${ended} sessions were ended.`;
}

function cellsOf({ id, userId, createdAt, lastSeenAt, expiresAt, label, userAgent }: ListedSession): string[] {
  const times = [createdAt, lastSeenAt, expiresAt].map((time) => time.toISOString().replace(/\.\d+/, ''));
  return [id, shown(userId ?? GUEST), ...times, shown(label ?? userAgent ?? '')];
}

function shown(text: string): string {
  return onOneLine(shortened(text, MOST_CHARACTERS));
}

/** No request asks, so none of the sessions is the current one. */
function withoutCurrent({ isCurrent: _, ...session }: ListedSession): Omit<ListedSession, 'isCurrent'> {
  return session;
}
