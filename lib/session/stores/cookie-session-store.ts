import { sealData, unsealData } from 'iron-session';
import type { Promised } from '../../base/promised.js';
import { SessionTooLargeError } from '../../errors/index.js';
import { injectable } from '../../injectable.js';
import { passwords, Secrets } from '../cookies/secrets.js';
import { roomOf } from '../cookies/session-cookie.js';
import type { Lineage } from '../record/lineage.js';
import { largestKeys, parseRecord, serializeRecord } from '../record/record-text.js';
import { applyChanges, type SessionChanges } from '../record/session-changes.js';
import { type Flash, isEmptyRecord, type SessionRecord } from '../record/session-record.js';
import { SessionConfig } from '../session-config.js';
import { freeze } from './recent-records.js';
import { fits, SessionStore, type StoreAbilities } from './session-store.js';

/** The start of a seal, and the index of the part that contains its expiry. */
const SEAL_START = 'Fe26.2*';
const SEAL_TIME = 5;
/** The factor by which sealing lengthens a text: encryption and base64. */
const SEALED = 4 / 3;

/** The content of a seal: a session's id, and its record as text. */
interface Sealed {
  readonly id: string;
  readonly text: string;
}

/** A complete seal of iron-session. Anything that follows it would not be authenticated. */
const SEAL = /^Fe26\.2\*[\w*-]+~2$/;

/**
 * Stores the whole session in the visitor's cookie, encrypted and authenticated (with iron-session's seals). There is
 * nothing to run and nothing to clean up. In return, the server cannot end a session: a copied cookie works until it
 * expires.
 */
@injectable()
export class CookieSessionStore extends SessionStore {
  readonly #opened = new OpenedSeals();
  /**
   * The purposes of the keys, that of the current cookie first. They contain the cookie's name, so that a seal cannot
   * be opened by another application.
   */
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
    // An expired seal was not decrypted, and its expiry is readable on the outside, where anybody can write another.
    return Number(token.split('*')[SEAL_TIME]) <= Date.now() ? 'unknown' : 'tampered';
  }

  /** Seals the changed session. @throws {SessionTooLargeError} When it does not fit in a cookie. */
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
    // Left out to save bytes, because sessions in cookies can be neither listed nor locked.
    const content = { id: record.id, text: serializeRecord({ ...record, device: undefined, locks: undefined }) };
    // A session that is far too large is refused before the work of sealing it.
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

  /** Does nothing: the session exists only in the cookie, which the caller removes. */
  override async destroy(): Promise<void> {}

  async #open(token: string): Promise<SessionRecord | undefined> {
    const content = await this.#unseal(token);
    return content && this.#keep(token, content);
  }

  /** Caches the content of a seal for later requests, unless one could change a value that others see. */
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
    // The parsed record is sealed, because a string inside JSON would have every quotation mark escaped, which takes
    // space.
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
      // Any error of iron-session means that the seal is not valid.
      return undefined;
    }
  }

  /**
   * The lifetime of a seal in seconds: the longest of any session. The expiry in the record is checked on every read.
   */
  get #ttl(): number {
    return Math.ceil(this.config.longestLife / 1000);
  }
}

/** The content of a seal. Requests share it, so nothing in it can be changed. */
interface SealContent {
  readonly record: SessionRecord;
  /** The number of characters of the record's text. */
  readonly characters: number;
}

/**
 * A cache of the seals that this process opened recently, because opening one costs more than rendering a page.
 * Limited by entries and by characters; the least recently used is removed first.
 */
export class OpenedSeals {
  readonly #contents = new Map<string, SealContent>();
  #characters = 0;

  constructor(
    private readonly maxEntries = 10_000,
    private readonly maxCharacters = 8_000_000,
  ) {}

  get(seal: string): SealContent | undefined {
    const content = this.#contents.get(seal);
    if (content === undefined) return undefined;
    this.#contents.delete(seal);
    this.#contents.set(seal, content);
    return content;
  }

  add(seal: string, content: SealContent): void {
    this.delete(seal);
    this.#contents.set(seal, content);
    this.#characters += seal.length + content.characters;
    while (this.#contents.size > this.maxEntries || this.#characters > this.maxCharacters) {
      const [oldest] = this.#contents.keys();
      if (oldest === undefined) return;
      this.delete(oldest);
    }
  }

  delete(seal: string): void {
    const content = this.#contents.get(seal);
    if (content === undefined) return;
    this.#contents.delete(seal);
    this.#characters -= seal.length + content.characters;
  }
}
