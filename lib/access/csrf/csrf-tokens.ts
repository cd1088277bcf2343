import { fromBase64Url, toBase64Url } from '../../base/base64url.js';
import { injectable } from '../../injectable.js';
import { Secrets } from '../../session/cookies/secrets.js';
import type { SessionDraft } from '../../session/draft/session-draft.js';
import { draftOf, type Session } from '../../session/session.js';

const PURPOSE = 'csrf';
const RANDOM_BYTES = 16;
const FORMAT = /^[A-Za-z0-9_-]{64}$/;
const HMAC = { name: 'HMAC', hash: 'SHA-256' } as const;

/**
 * Creates and verifies tokens that are bound to a session: a random value, and a signature over the session's id and
 * that value. Each token has a new random value, so that answers have no bytes in common that could be guessed from
 * their compressed size (BREACH).
 *
 * @see OWASP CSRF Prevention Cheat Sheet, signed double-submit cookie (HMAC over session id and random, with lengths).
 */
@injectable()
export class CsrfTokens {
  #keys: Promise<readonly CryptoKey[]> | undefined;

  constructor(private readonly secrets: Secrets) {}

  /**
   * Creates a token for this session. A visitor without a session gets one, because the token is bound to its id.
   *
   * @throws {SessionCommittedError} When the headers were sent, so that the new session's cookie could not reach the
   *   browser.
   */
  async issue(session: Session): Promise<string> {
    const draft = draftOf(session);
    draft.isUsed = true;
    if (mustBegin(draft)) draft.keep('csrfToken()');
    const random = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES));
    const [newest] = await this.#allKeys();
    if (!newest) throw new TypeError('There is no secret to sign a token with.');
    const signature = await crypto.subtle.sign(HMAC.name, newest, message(draft.id, random));
    return toBase64Url(new Uint8Array([...random, ...new Uint8Array(signature)]));
  }

  /** Checks whether a token was issued for this session under its current id. The comparison takes constant time. */
  async verify(token: string | null | undefined, session: Session): Promise<boolean> {
    if (!token || !FORMAT.test(token) || draftOf(session).isNew) return false;
    const bytes = fromBase64Url(token);
    const [random, signature] = [bytes.slice(0, RANDOM_BYTES), bytes.slice(RANDOM_BYTES)];
    const signed = message(draftOf(session).id, random);
    for (const key of await this.#allKeys()) {
      if (await crypto.subtle.verify(HMAC.name, key, signature, signed)) return true;
    }
    return false;
  }

  /**
   * Checks whether a component that is still to render could request a token that only works if the session is
   * committed with the headers.
   */
  mayBeginLate(session: Session): boolean {
    const draft = draftOf(session);
    return draft.isNew || mustBegin(draft);
  }

  #allKeys(): Promise<readonly CryptoKey[]> {
    this.#keys ??= this.secrets.keysFor(PURPOSE).then((keys) => Promise.all(keys.map(({ value }) => importKey(value))));
    return this.#keys;
  }
}

/** Checks whether the session must be changed so that its id lasts. It lasts while the visitor is signed in. */
function mustBegin({ failure, signedInAt, contents }: SessionDraft): boolean {
  return failure === undefined && signedInAt === undefined && !contents.lasts;
}

function importKey(value: string): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', new TextEncoder().encode(value), HMAC, false, ['sign', 'verify']);
}

/**
 * Returns the signed message. It contains the length of each part, so that different pairs never give the same message.
 */
function message(id: string, random: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = toBase64Url(random);
  return new TextEncoder().encode(`${id.length}!${id}!${text.length}!${text}`);
}
