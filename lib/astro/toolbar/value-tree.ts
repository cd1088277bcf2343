import { isSecretName } from '../../session/secret-names.js';
import type { ValueEntry, ValueTree } from './toolbar-state.js';

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
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
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
