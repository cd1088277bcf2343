import type { CookieJar } from '../../session/cookie-jar.js';
import { allMessages } from '../../session/flash-lists.js';
import { serializeRecord } from '../../session/record-text.js';
import { shortHash } from '../../session/security-events.js';
import { draftOf, type Session } from '../../session/session.js';
import type { SessionConfig } from '../../session/session-config.js';
import { cookieNames, roomOf } from '../../session/session-cookie.js';
import { SessionId } from '../../session/session-id.js';
import type { SessionRecord } from '../../session/session-record.js';
import type { SessionSheet, SizeSheet } from './toolbar-state.js';
import { ValueTrees } from './value-tree.js';

/** Returns the contents and the expiry of a session for display. Reading them changes nothing. */
export function sessionSheet(session: Session, cookies: CookieJar, config: SessionConfig, store: string): SessionSheet {
  const { opened, failure, origin, values } = draftOf(session);
  const trees = new ValueTrees();
  const flashes = allMessages(opened?.flashes ?? new Map()).map(([key, { value }]) => [key, value] as const);
  return {
    isStored: opened !== undefined,
    store,
    hash: opened && shortHash(opened.id),
    size: opened && sizeOf(opened, cookies, config, origin.cookie),
    ...endsOf(opened, config),
    values: trees.entriesOf(Object.entries(values.all())),
    flashes: trees.entriesOf(flashes),
    // The error of a store may contain an address with a password.
    failure: failure && 'The store is unavailable. See the log of astro dev for the reason.',
  };
}

function endsOf(
  opened: SessionRecord | undefined,
  config: SessionConfig,
): Pick<SessionSheet, 'idleEnd' | 'absoluteEnd'> {
  if (!opened) return { idleEnd: undefined, absoluteEnd: undefined };
  const { absoluteTimeout } = opened.isRemembered ? config.rememberMe : config;
  return {
    idleEnd: Math.min(opened.expiresAt, config.expiryOf(opened, opened.renewedAt)),
    absoluteEnd: opened.createdAt + absoluteTimeout,
  };
}

/** Returns the size of a session. If a token is not an id, it is the session itself. */
function sizeOf(
  opened: SessionRecord,
  cookies: CookieJar,
  config: SessionConfig,
  cookie = config.cookieName,
): SizeSheet {
  const carried = cookieNames(cookie, config).flatMap((name) => cookies.values(name).map((value) => ({ name, value })));
  if (carried.every(({ value }) => SessionId.isWellFormed(value))) {
    return { used: serializeRecord(opened).length, limit: config.maxSize, cookies: 0 };
  }
  const used = carried.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
  return { used, limit: roomOf(config).bytes, cookies: carried.length };
}
