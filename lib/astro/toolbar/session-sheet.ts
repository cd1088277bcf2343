import { isSecretName } from '../../base/secret-names.js';
import { shortened } from '../../base/text.js';
import type { CookieJar } from '../../session/cookies/cookie-jar.js';
import { cookieNames, roomOf } from '../../session/cookies/session-cookie.js';
import { allMessages } from '../../session/record/flash-lists.js';
import { serializeRecord } from '../../session/record/record-text.js';
import { SessionId } from '../../session/record/session-id.js';
import type { SessionRecord } from '../../session/record/session-record.js';
import { shortHash } from '../../session/security-events.js';
import { draftOf, type Session } from '../../session/session.js';
import type { SessionConfig } from '../../session/session-config.js';
import type { SessionSheet, SizeSheet, ValueEntry, ValueTree } from './toolbar-state.js';

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
  const { absoluteTimeout } = config.lifetimeOf(opened);
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

const MOST_CHARACTERS = 2000;
const MOST_ENTRIES = 200;
const MOST_VALUES = 2000;
const MOST_LEVELS = 20;

/** Prepares the values of a session for display. Values under the name of a secret are redacted here. */
export class ValueTrees {
  #made = 0;

  /** @param entries Keys may be anything that a Map accepts. */
  entriesOf(entries: Iterable<readonly [unknown, unknown]>, level = 0): ValueEntry[] {
    const shown: ValueEntry[] = [];
    for (const [key, value] of entries) {
      if (shown.length >= MOST_ENTRIES || this.#made >= MOST_VALUES) break;
      const name = nameOf(key);
      shown.push({ key: cut(name), value: isSecretName(name) ? { kind: 'redacted' } : this.#treeOf(value, level + 1) });
    }
    return shown;
  }

  #treeOf(value: unknown, level: number): ValueTree {
    this.#made += 1;
    if (typeof value === 'string') return { kind: 'text', text: cut(value), length: value.length };
    if (typeof value === 'bigint') return { kind: 'plain', text: cut(`${value}n`) };
    if (value instanceof Date)
      return { kind: 'plain', text: Number.isNaN(value.getTime()) ? 'no date' : value.toISOString() };
    if (value instanceof URL) return { kind: 'plain', text: cut(withoutSecrets(value)) };
    if (typeof value !== 'object' || value === null) return { kind: 'plain', text: cut(String(value)) };
    const [type, entries] = entriesIn(value);
    const isTooDeep = level >= MOST_LEVELS;
    return { kind: 'tree', type, size: entries.length, entries: isTooDeep ? [] : this.entriesOf(entries, level) };
  }
}

function entriesIn(value: object): [string, readonly (readonly [unknown, unknown])[]] {
  if (value instanceof Map) return ['Map', [...value]];
  if (value instanceof Set) return ['Set', [...[...value].entries()]];
  return Array.isArray(value) ? ['list', [...value.entries()]] : ['object', Object.entries(value)];
}

function nameOf(key: unknown): string {
  return typeof key === 'object' && key !== null ? 'object' : String(key);
}

function cut(text: string): string {
  return shortened(text, MOST_CHARACTERS);
}

/** Redacts passwords and tokens in a URL. */
function withoutSecrets(address: URL): string {
  const shown = new URL(address);
  if (shown.password !== '') shown.password = 'redacted';
  // A user name without a password is often the token itself.
  if (shown.password === '' && shown.username !== '') shown.username = 'redacted';
  redact(shown.searchParams);
  const fragment = new URLSearchParams(shown.hash.slice(1));
  if (redact(fragment)) shown.hash = `${fragment}`;
  return shown.href;
}

/** @returns True if there was a secret. */
function redact(parameters: URLSearchParams): boolean {
  const secret = [...new Set(parameters.keys())].filter(isSecretName);
  for (const name of secret) parameters.set(name, 'redacted');
  return secret.length > 0;
}
