import { deviceOf, type SessionDevice } from './session-device.js';
import { SessionId } from './session-id.js';
import type { Origin } from './session-place.js';
import type { SessionRecord } from './session-record.js';

/** What is known of a sign-in beside the visitor: where from, and whether it is to last. */
export interface SignIn extends SessionDevice {
  /** Whether the session is to live for `session.rememberMe`. Default: as long as any other. */
  readonly rememberMe?: boolean | undefined;
}

const NOWHERE: Origin = { at: 0, claimed: [] };

/** Keys that say who a visitor is, whoever put them in. */
const VISITOR_KEYS: readonly string[] = ['userId', 'email', 'role', 'roles', 'permissions'];

/** What becomes of one session in the course of a request: which record it is, under which id, and whether it ended. */
export class SessionState {
  #opened: SessionRecord | undefined;
  #id: string | undefined;
  #signedInAt: number | undefined;
  #identity: readonly string[];
  #device: SessionDevice | undefined;
  #isRemembered: boolean;
  #ended: SessionRecord | undefined;
  #isEnded = false;
  #isForgotten = false;
  #isSuperseded = false;
  #failure: Error | undefined;
  #origin = NOWHERE;

  constructor(opened: SessionRecord | undefined) {
    this.#opened = opened;
    this.#id = opened?.id;
    this.#identity = opened?.identity ?? [];
    this.#isRemembered = opened?.isRemembered ?? false;
  }

  /** The record as it was opened, or committed since; `undefined` for a session that is not stored. */
  get opened(): SessionRecord | undefined {
    return this.#opened;
  }

  get id(): string {
    this.#id ??= SessionId.generate();
    return this.#id;
  }

  /** Milliseconds since the epoch. */
  get createdAt(): number | undefined {
    return this.#signedInAt ?? this.#opened?.createdAt;
  }

  /** Whether somebody signed in, so that whoever knows the id of before is to find nobody. */
  get hasSignedIn(): boolean {
    return this.#signedInAt !== undefined;
  }

  /** Keys that {@link signIn} is to take back when somebody signs in again. */
  get visitorKeys(): readonly string[] {
    return [...this.#identity, ...VISITOR_KEYS];
  }

  /** The keys that the last sign-in gave beside those that always say who a visitor is. */
  get identity(): readonly string[] {
    return this.#identity;
  }

  /** What this request learned of where the visitor is. */
  get device(): SessionDevice | undefined {
    return this.#device;
  }

  /** Whether the visitor asked to stay signed in for longer. */
  get isRemembered(): boolean {
    return this.#isRemembered;
  }

  /** The stored session that this request ended. */
  get ended(): SessionRecord | undefined {
    return this.#ended;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Whether everything stored is to go before this request's changes are applied. */
  get isForgotten(): boolean {
    return this.#isForgotten;
  }

  /** Whether there is something to do in the store, whatever the values are. */
  get isDirty(): boolean {
    return (
      this.#ended !== undefined ||
      this.#device !== undefined ||
      (this.#opened !== undefined && this.#id !== this.#opened.id)
    );
  }

  /** Whether the visitor's session has got another id, which this request does not know. */
  get isSuperseded(): boolean {
    return this.#isSuperseded;
  }

  /** The session of the token has got another id: what a guest does here is stored nowhere. */
  supersede(): void {
    this.#isSuperseded = true;
  }

  /** Why nobody knows what is stored. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** The store could not be asked. @param failure What a commit of changes throws. */
  fail(failure: Error): void {
    this.#failure = failure;
  }

  /** Which cookies the request came with, and what is to become of them. */
  get origin(): Origin {
    return this.#origin;
  }

  /** Tells where the session was found, or where it has been put. */
  place(origin: Origin): void {
    this.#origin = origin;
  }

  regenerate(): void {
    this.#id = SessionId.generate();
  }

  end(): void {
    this.#isEnded = true;
    this.#ended ??= this.#opened;
    this.#opened = undefined;
    this.#id = undefined;
    this.#signedInAt = undefined;
    this.#device = undefined;
    this.#isRemembered = false;
  }

  forget(): void {
    this.#isForgotten = true;
    this.#identity = [];
  }

  signIn(keys: readonly string[], now: number, { rememberMe = false, ...device }: SignIn = {}): void {
    this.#identity = keys.filter((key) => !VISITOR_KEYS.includes(key));
    this.#device = deviceOf(device);
    this.#isRemembered = rememberMe;
    this.#signedInAt = now;
    this.regenerate();
  }

  learn(keys: readonly string[], device?: SessionDevice): void {
    if (device) this.#device = { ...this.#device, ...deviceOf(device) };
    const added = keys.filter((key) => !VISITOR_KEYS.includes(key));
    this.#identity = [...new Set([...this.#identity, ...added])];
  }

  /** Takes what was committed as the new starting point. */
  settle(record: SessionRecord | undefined): void {
    this.#opened = record;
    this.#ended = undefined;
    this.#isEnded = false;
    this.rollBack();
  }

  /** Takes what the store holds by now, which another part of the application has changed. */
  rebase(record: SessionRecord): void {
    this.#opened = record;
  }

  /** Goes back to the starting point. That the session was ended stays. */
  rollBack(): void {
    this.#id = this.#opened?.id;
    this.#signedInAt = undefined;
    this.#device = undefined;
    this.#identity = this.#opened?.identity ?? [];
    this.#isRemembered = this.#opened?.isRemembered ?? false;
    this.#isForgotten = false;
  }
}
