import { deviceOf, type SessionDevice, type SignIn } from './session-device.js';
import { ownKeys, type SessionRecord } from './session-record.js';

type Values = Readonly<Record<string, unknown>>;

const NO_KEYS: readonly string[] = [];

/** What one request says of its visitor beside the values themselves: that they signed in, from where, and for how long. */
export class VisitorDraft {
  /** The keys that the last sign-in gave beside those that always say who a visitor is. */
  identity: readonly string[];
  /** What this request learned of where the visitor is. */
  device: SessionDevice | undefined;
  /** Whether the visitor asked to stay signed in for longer. */
  isRemembered: boolean;
  /** When this request signed them in, in milliseconds since the epoch; `undefined` when it did not. */
  signedInAt: number | undefined;

  /** @param opened What is stored of the visitor. */
  constructor(opened?: SessionRecord) {
    this.identity = opened?.identity ?? NO_KEYS;
    this.isRemembered = opened?.isRemembered ?? false;
  }

  /** @param now Milliseconds since the epoch. */
  signIn(values: Values, now: number, { rememberMe = false, ...device }: SignIn): void {
    this.identity = ownKeys(values);
    this.device = deviceOf(device);
    this.isRemembered = rememberMe;
    this.signedInAt = now;
  }

  update(values: Values, device?: SessionDevice): void {
    if (device) this.device = { ...this.device, ...deviceOf(device) };
    this.identity = [...new Set([...this.identity, ...ownKeys(values)])];
  }

  /** Drops the names of what the visitor was given: it goes. */
  forget(): void {
    this.identity = NO_KEYS;
  }
}
