import type { OwnLifetime } from '../lifetimes.js';
import { deviceOf, ownKeys, type SessionDevice, type SessionRecord, type SignIn } from '../record/session-record.js';

type Values = Readonly<Record<string, unknown>>;

const NO_KEYS: readonly string[] = [];

/** The changes of one request to its visitor, other than the values: the sign-in, the device, and how long it lasts. */
export class VisitorDraft {
  /** The keys that the last sign-in set, other than those that always describe the visitor. */
  identity: readonly string[];
  /** The parts of the visitor's device that this request learned. */
  device: SessionDevice | undefined;
  /** True when the visitor asked to stay signed in for longer. */
  isRemembered: boolean;
  /** The presence that began with the last sign-in. */
  presence: string | undefined;
  /** The timeouts that the last sign-in set. */
  lifetime: OwnLifetime | undefined;
  /** When this request signed the visitor in, in milliseconds since the epoch; `undefined` when it did not. */
  signedInAt: number | undefined;

  /** @param opened The stored record of the visitor's session. */
  constructor(opened?: SessionRecord) {
    this.identity = opened?.identity ?? NO_KEYS;
    this.isRemembered = opened?.isRemembered ?? false;
    this.presence = opened?.presence;
    this.lifetime = opened?.lifetime;
  }

  /** @param now Milliseconds since the epoch. */
  signIn(values: Values, now: number, { rememberMe = false, lifetime, ...device }: SignIn): void {
    this.identity = ownKeys(values);
    this.device = deviceOf(device);
    this.isRemembered = rememberMe;
    this.presence = undefined;
    this.lifetime = lifetime;
    this.signedInAt = now;
  }

  update(values: Values, device?: SessionDevice): void {
    if (device) this.device = { ...this.device, ...deviceOf(device) };
    this.identity = [...new Set([...this.identity, ...ownKeys(values)])];
  }

  /** Forgets the visitor's keys, because their values are removed. */
  forget(): void {
    this.identity = NO_KEYS;
  }
}
