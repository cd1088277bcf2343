import { MissingSecretError, WeakSecretError } from '../../errors/index.js';

const KEY_BYTES = 32;
const ID_BYTES = 4;

/** A key derived from one of the secrets. */
export interface SecretKey {
  /** A number as a string; always the same for the same secret. */
  readonly id: string;
  readonly value: string;
}

/**
 * The secrets of the application. The first one seals and every one opens, so that a new secret in front replaces the
 * old one without signing anybody out.
 */
export class Secrets {
  readonly #values: readonly string[];
  readonly #keys = new Map<string, Promise<readonly SecretKey[]>>();

  /** Use {@link Secrets.from}, which validates the secrets. */
  constructor(values: readonly string[]) {
    this.#values = values;
  }

  /**
   * Creates the secrets.
   *
   * @param given One secret, several, or a comma-separated list.
   * @param source The name of their origin, for the error.
   * @throws {MissingSecretError} When there is none.
   * @throws {WeakSecretError} In production, when one is short, a placeholder, or easy to guess.
   */
  static from(
    given: string | readonly string[] | undefined,
    { source, isProduction }: { source: string; isProduction: boolean },
  ): Secrets {
    const list = (typeof given === 'string' ? given.split(',') : (given ?? [])).map((secret) => secret.trim());
    const secrets = list.filter((secret) => secret !== '');
    if (secrets.length === 0) throw new MissingSecretError(source);
    for (const secret of isProduction ? secrets : []) {
      const weakness = weaknessOf(secret);
      if (weakness) throw new WeakSecretError(source, weakness);
    }
    return new Secrets(secrets);
  }

  /**
   * Returns the keys for one purpose, in the order of the secrets. A value sealed for one purpose cannot be opened
   * for another.
   *
   * @param purpose For example `session:gatehouse`.
   * @see RFC 5869 (HKDF).
   */
  keysFor(purpose: string): Promise<readonly SecretKey[]> {
    let keys = this.#keys.get(purpose);
    if (!keys) {
      keys = Promise.all(this.#values.map((secret) => deriveKey(secret, purpose)));
      this.#keys.set(purpose, keys);
    }
    return keys;
  }
}

/** Converts keys to the form that iron-session accepts. */
export function passwords(keys: readonly SecretKey[]): Record<string, string> {
  return Object.fromEntries(keys.map(({ id, value }) => [id, value]));
}

async function deriveKey(secret: string, purpose: string): Promise<SecretKey> {
  const text = new TextEncoder();
  const material = await crypto.subtle.importKey('raw', text.encode(secret), 'HKDF', false, ['deriveBits']);
  const info = text.encode(`astro-gatehouse:${purpose}`);
  const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info };
  const bytes = await crypto.subtle.deriveBits(algorithm, material, (KEY_BYTES + ID_BYTES) * 8);
  const value = Array.from(new Uint8Array(bytes, 0, KEY_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { id: String(new DataView(bytes).getUint32(KEY_BYTES)), value };
}

const MIN_LENGTH = 32;
/** Minimum number of bits: far below any 32 random characters of any kind, and far above anything typed by hand. */
const MIN_BITS = 72;
const PLACEHOLDER =
  /change[-_ ]?me|replace[-_ ]?(?:me|this)|not[-_ ]?secret|placeholder|(?:your|my|super)[-_ ]?secret|example|secret[-_ ]?(?:key|here)|password/i;
/** Pairs of neighbouring keys, in both directions, on the keyboards of several countries. */
const NEIGHBOURS = new Set(
  ['qwertyuiop', 'qwertzuiop', 'azertyuiop', 'asdfghjkl', 'zxcvbnm', 'yxcvbnm', '1234567890']
    .flatMap((row) => [row, [...row].reverse().join('')])
    .flatMap((row) => Array.from({ length: row.length - 1 }, (_, at) => row.slice(at, at + 2))),
);
/** Minimum length of a repetition or a sequence: shorter ones occur by chance. */
const MIN_KNOWN = 3;
/** The cost, in characters, of describing a repetition or a sequence: its start and its length. */
const COST_OF_KNOWN = 2;

/**
 * Returns why a secret is easy to guess, without revealing any of it; `undefined` for one that may be random. No
 * generated secret is refused, whether it is hex, base64, UUIDs or digits.
 */
export function weaknessOf(secret: string): string | undefined {
  if (secret.length < MIN_LENGTH) return `has ${secret.length} characters`;
  if (PLACEHOLDER.test(secret)) return 'is a placeholder';
  const period = periodOf(secret);
  if (period !== undefined) return period === 1 ? 'repeats one character' : `repeats the same ${period} characters`;
  return hasBits(secret, MIN_BITS) ? undefined : 'is made of sequences, repetitions or a few characters';
}

/** Returns the period of a repeating text, if that period is shorter than a secret must be. */
function periodOf(text: string): number | undefined {
  for (let period = 1; period < MIN_LENGTH && period <= text.length / 2; period++) {
    if (text.startsWith(text.slice(period))) return period;
  }
  return undefined;
}

/**
 * Checks whether describing a text takes this many bits, for an attacker who knows its kinds of characters and looks
 * for repetitions.
 */
function hasBits(text: string, bits: number): boolean {
  const enough = bits / Math.log2(alphabetOf(text));
  let characters = 0;
  for (let at = 0; at < text.length && characters < enough; ) {
    const known = Math.max(repeatedAt(text, at), inOrderAt(text, at));
    characters += known < MIN_KNOWN ? 1 : COST_OF_KNOWN;
    at += known < MIN_KNOWN ? 1 : known;
  }
  return characters >= enough;
}

/** Returns how many characters from this position occurred before it in the same order. */
function repeatedAt(text: string, at: number): number {
  let length = 0;
  while (at + length < text.length && text.indexOf(text.slice(at, at + length + 1)) < at) length += 1;
  return length;
}

/** Returns how many characters from this position are equal, ascend or descend by one, or follow a row of keys. */
function inOrderAt(text: string, at: number): number {
  const stepTo = (next: number) => text.charCodeAt(next) - text.charCodeAt(next - 1);
  const step = stepTo(at + 1);
  let alike = 1;
  while (Math.abs(step) <= 1 && stepTo(at + alike) === step) alike += 1;
  let alongKeys = 1;
  while (NEIGHBOURS.has(text.slice(at + alongKeys - 1, at + alongKeys + 1).toLowerCase())) alongKeys += 1;
  return Math.max(alike, alongKeys);
}

/** Returns the size of the alphabet that contains the text's kinds of characters. */
function alphabetOf(text: string): number {
  const kinds: [RegExp, number][] = [
    [/[0-9]/, 10],
    [/[a-f]/, 6],
    [/[g-z]/, 20],
    [/[A-F]/, 6],
    [/[G-Z]/, 20],
  ];
  const letters = kinds.reduce((size, [kind, count]) => (kind.test(text) ? size + count : size), 0);
  return letters + new Set(text.replace(/[0-9A-Za-z]/g, '')).size;
}
