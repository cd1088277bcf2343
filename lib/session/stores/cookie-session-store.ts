import { sealData, unsealData } from 'iron-session';
import { SessionTooLargeError } from '../../errors.js';
import { injectable } from '../../injectable.js';
import { largestKeys } from '../largest-keys.js';
import type { Lineage } from '../lineage.js';
import type { Promised } from '../promised.js';
import { parseRecord, serializeRecord } from '../record-text.js';
import { passwords, Secrets } from '../secrets.js';
import { applyChanges, type SessionChanges } from '../session-changes.js';
import { SessionConfig } from '../session-config.js';
import { roomOf } from '../session-cookie.js';
import { type Flash, isEmptyRecord, type SessionRecord } from '../session-record.js';
import { freeze } from '../shared-record.js';
import { OpenedSeals } from './opened-seals.js';
import { fits, SessionStore, type StoreAbilities } from './session-store.js';

/** What a seal begins with, and which of its parts says until when it holds. */
const SEAL_START = 'Fe26.2*';
const SEAL_TIME = 5;
/** What sealing makes of each character of text: encrypted, and in base64. */
const SEALED = 4 / 3;

/** What is sealed: a session's id, and its record as text. */
interface Sealed {
  readonly id: string;
  readonly text: string;
}

/** A seal as iron-session writes it: what may stand behind it otherwise is nothing that anybody has authenticated. */
const SEAL = /^Fe26\.2\*[\w*-]+~2$/;

/**
 * Keeps the whole session in the visitor's cookie, encrypted and authenticated (iron-session's seals). Nothing to run
 * and nothing to clean up; in return a session cannot be ended from the server: a copied cookie works until it expires.
 */
@injectable()
export class CookieSessionStore extends SessionStore {
  readonly #opened = new OpenedSeals();
  /** That of today's cookie first: what is sealed for it opens under no other application's name. */
  readonly #purposes: readonly [string, ...string[]];
  readonly #room: ReturnType<typeof roomOf>;

  constructor(
    private readonly secrets: Secrets,
    private readonly config: SessionConfig,
  ) {
    super();
    const purposeOf = (name: string) => `session:${name}`;
    this.#purposes = [purposeOf(config.cookieName), ...config.formerNames.map(purposeOf)];
    this.#room = roomOf(config);
  }

  override get abilities(): StoreAbilities {
    return { consistency: 'last-write-wins', endsSessions: false, listsSessions: false };
  }

  override read(token: string): Promised<SessionRecord | undefined> {
    if (token.length > this.#room.bytes) return undefined;
    return this.#opened.get(token)?.record ?? this.#open(token);
  }

  override rejectionOf(token: string): ReturnType<SessionStore['rejectionOf']> {
    if (token.length > this.#room.bytes || !token.startsWith(SEAL_START)) return 'malformed';
    // One whose time is up was not looked into; and the time is on its outside, where anybody can write another.
    return Number(token.split('*')[SEAL_TIME]) <= Date.now() ? 'unknown' : 'tampered';
  }

  /** @throws {SessionTooLargeError} When the sealed session does not fit in a cookie. */
  override async write(changes: SessionChanges): Promise<string | undefined> {
    const record = applyChanges(changes.opened, changes);
    if (changes.opened && isEmptyRecord(record)) return undefined;
    const { token, content } = await this.#sealed(record);
    this.#keep(token, content);
    return token;
  }

  override hasRoomFor(changes: SessionChanges): Promise<boolean> {
    return fits(() => this.#sealed(applyChanges(changes.opened, changes)));
  }

  async #sealed(record: SessionRecord): Promise<{ token: string; content: Sealed }> {
    // Nobody can list sessions that are in cookies, so none of the few bytes there are goes to that.
    const content = { id: record.id, text: serializeRecord({ ...record, device: undefined }) };
    // One that is far too large is not sealed to find that out.
    this.#assertFits(Math.ceil(content.text.length * SEALED), record);
    const token = await this.#seal(content);
    this.#assertFits(token.length, record);
    return { token, content };
  }

  override async mark(lineage: Lineage, expiresAt: number): Promise<string> {
    const nothing = { values: new Map<string, unknown>(), flashes: new Map<string, Flash>(), identity: [] };
    const at = Math.max(lineage.epoch, lineage.turn);
    const times = { createdAt: at, renewedAt: at, expiresAt };
    return (await this.#sealed({ id: '', ...times, ...nothing, lineage })).token;
  }

  /** The cookie is all there is; the caller removes it. */
  override async destroy(): Promise<void> {}

  async #open(token: string): Promise<SessionRecord | undefined> {
    const content = await this.#unseal(token);
    return content && this.#keep(token, content);
  }

  /** Keeps what is in a seal for the requests that bring it again, unless one could change what another sees. */
  #keep(token: string, { id, text }: Sealed): SessionRecord | undefined {
    const record = parseRecord(text, id);
    if (!record) return undefined;
    if (freeze(record)) this.#opened.add(token, { record, characters: text.length });
    return record;
  }

  #assertFits(length: number, record: SessionRecord): void {
    const { bytes, forNames } = this.#room;
    if (length + forNames > bytes) throw new SessionTooLargeError(length + forNames, bytes, largestKeys(record));
  }

  async #seal({ id, text }: Sealed): Promise<string> {
    const [newest] = await this.secrets.keysFor(this.#purposes[0]);
    // The parsed form, because a text inside JSON would have every quotation mark escaped, and a cookie is small.
    const content = { id, record: JSON.parse(text) };
    return sealData(content, { password: passwords(newest ? [newest] : []), ttl: this.#ttl });
  }

  async #unseal(token: string): Promise<Sealed | undefined> {
    if (!SEAL.test(token)) return undefined;
    const keys = await Promise.all(this.#purposes.map((purpose) => this.secrets.keysFor(purpose)));
    const password = passwords(keys.flat());
    try {
      const { id, record } = await unsealData<{ id?: unknown; record?: unknown }>(token, { password, ttl: this.#ttl });
      return typeof id === 'string' && record !== undefined ? { id, text: JSON.stringify(record) } : undefined;
    } catch {
      // Whatever iron-session makes of a forged seal, it is no session.
      return undefined;
    }
  }

  /** Seconds. The seal outlives the session by nothing: expiry inside the record is checked on every read. */
  get #ttl(): number {
    return Math.ceil(this.config.longestLife / 1000);
  }
}
