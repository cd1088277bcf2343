import { MissingSecretError, WeakSecretError } from '../errors.js';
import { weaknessOf } from './secret-strength.js';

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
