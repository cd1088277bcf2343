import { stringify } from 'devalue';
import { InvalidSessionValueError } from '../../errors/index.js';
import type { OwnLifetime } from '../lifetimes.js';
import type { Lineage } from './lineage.js';
import type { SessionLocks } from './session-lock.js';

/** A message for a later page. Its `id` distinguishes it from others under the same key. */
export interface Flash {
  readonly id: string;
  readonly value: unknown;
  /** The process that may deliver the message, and until when no other may, in milliseconds since the epoch. */
  readonly lease?: { readonly by: string; readonly until: number } | undefined;
  /** When the message expires, in milliseconds since the epoch. Left out when it lives as long as its session. */
  readonly until?: number | undefined;
  /**
   * True for internal data that is stored with the messages and read by its key. It is dropped first when there is no
   * room, and the rule of exactly one delivery does not apply to it.
   */
  readonly yields?: boolean | undefined;
  /** Earlier messages under the same key, the oldest first. */
  readonly earlier?: readonly Flash[] | undefined;
}

/** The result of applying a schema to a session's stored values. */
export interface FittedValues {
  /** The values that this request sees. They are not stored just because the schema changed them. */
  readonly shown: ReadonlyMap<string, unknown>;
  /** The values to store instead of the stored ones; left out when the stored ones match the schema. */
  readonly migrated?: ReadonlyMap<string, unknown> | undefined;
}

/** The user whom the owner of a session impersonates. Times are milliseconds since the epoch. */
export interface Impersonation {
  /** The values that describe that user, as `signIn` would be given them. */
  readonly values: ReadonlyMap<string, unknown>;
  readonly startedAt: number;
  /** When it ends by itself. */
  readonly until: number;
}

/** The data that a store keeps of one session. Times are milliseconds since the epoch. */
export interface SessionRecord {
  readonly id: string;
  /** When the session began or its visitor last signed in: the absolute timeout counts from here. */
  readonly createdAt: number;
  /** When the record was last written: the idle timeout counts from here. */
  readonly renewedAt: number;
  /** When the session expires. */
  readonly expiresAt: number;
  /** The values. They are in a Map so that a key such as `__proto__` is data like any other. */
  readonly values: ReadonlyMap<string, unknown>;
  readonly flashes: ReadonlyMap<string, Flash>;
  /** The keys, other than `userId`, `role` and similar, that `signIn` set: the next `signIn` removes them. */
  readonly identity: readonly string[];
  /** The device on which its visitor signed in, for stores that can list sessions. */
  readonly device?: SessionDevice | undefined;
  /** True when its visitor asked to stay signed in for longer. */
  readonly isRemembered?: boolean | undefined;
  /** True when it was used although it would have ended if its visitor had not asked to stay signed in for longer. */
  readonly isOnlyRemembered?: boolean | undefined;
  /** A fingerprint of the cookie that a browser drops when it is closed, for a remembered session: see PresenceCookie. */
  readonly presence?: string | undefined;
  /** The timeouts that its last sign-in set, in place of the configured ones. */
  readonly lifetime?: OwnLifetime | undefined;
  /**
   * The position in the browser's sequence of sign-ins and sign-outs, for stores that cannot end sessions. Left out
   * at the beginning.
   */
  readonly lineage?: Lineage | undefined;
  /** True when the session is stored even if it is empty, so that its id stays the same. */
  readonly isKept?: boolean | undefined;
  /** The user whom its owner impersonates. Everything else in the record remains the owner's. */
  readonly impersonation?: Impersonation | undefined;
  /**
   * The epoch of the user in the revocation list when the session was written. The list has another one, or none, after
   * its entry for the user was lost.
   */
  readonly epoch?: string | undefined;
  /** The steps that requests run one at a time, by name. Left out without any. */
  readonly locks?: SessionLocks | undefined;
  /** The fingerprint of the id before this one, from a change of the id until the session is written again. */
  readonly movedFrom?: string | undefined;
  /** True when another part of the application stored the session, so it is unknown when its visitor signed in. */
  readonly isForeign?: boolean | undefined;
  /** The store's version of this state of the session. Not stored in the record. */
  readonly version?: string | number | undefined;
  /** True when the session was found by its previous id: the visitor may not know the new one. Not stored. */
  readonly hasMoved?: boolean | undefined;
  /** The result of applying the application's schema to the values. Not stored. */
  readonly fitted?: FittedValues | undefined;
}

/** Keys that always describe the visitor, no matter who set them. */
export const VISITOR_KEYS: readonly string[] = ['userId', 'email', 'role', 'roles', 'permissions'];

/** Maximum nesting depth of a value: far more than useful data has, and too little to overflow the stack. */
const MAX_DEPTH = 100;

/** Returns the id of the session's user; `undefined` for a guest. */
export function userIdOf({ values }: Pick<SessionRecord, 'values'>): string | undefined {
  const userId = values.get('userId');
  return typeof userId === 'string' && userId !== '' ? userId : undefined;
}

/** Checks whether two states of a session belong to the same user, who impersonates the same one. */
export function isOfSameUser(one: SessionRecord, other: SessionRecord): boolean {
  return userIdOf(one) === userIdOf(other) && one.impersonation?.startedAt === other.impersonation?.startedAt;
}

/** Returns a visitor's keys except {@link VISITOR_KEYS}. */
export function ownKeys(visitor: object): string[] {
  return Object.keys(visitor).filter((key) => !VISITOR_KEYS.includes(key));
}

/** Checks whether a session contains nothing that must be stored. */
export function isEmptyRecord({
  values,
  flashes,
  isKept,
}: Pick<SessionRecord, 'values' | 'flashes' | 'isKept'>): boolean {
  return values.size === 0 && flashes.size === 0 && !isKept;
}

/** Returns why a value cannot be stored, or `undefined` when it can. */
export function whyNotStorable(value: unknown): string | undefined {
  try {
    if (isDeeperThan(MAX_DEPTH, value)) return `it is more than ${MAX_DEPTH} levels deep`;
    stringify(value);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/\.$/, '').toLowerCase() : String(error);
  }
}

/**
 * Checks that values can be stored. Called before anything changes, so that an invalid value leaves the session
 * unchanged.
 *
 * @throws {InvalidSessionValueError} Naming the first key whose value cannot be stored.
 */
export function assertStorable(values: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(values)) {
    const reason = whyNotStorable(value);
    if (reason) throw new InvalidSessionValueError(key, reason);
  }
}

/**
 * Checks whether a value is nested more than a number of levels deep. Walking through deeper values overflows the
 * stack, and nothing else limits the depth of JSON from outside. A circular value is as deep as its cycle is long.
 */
export function isDeeperThan(levels: number, value: unknown, seen: Set<object> = new Set()): boolean {
  if (typeof value !== 'object' || value === null || seen.has(value)) return false;
  if (levels === 0) return true;
  seen.add(value);
  for (const inner of innerValues(value)) {
    if (isDeeperThan(levels - 1, inner, seen)) return true;
  }
  return false;
}

function innerValues(value: object): Iterable<unknown> {
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  if (value instanceof Set) return value;
  return ArrayBuffer.isView(value) ? [] : Object.values(value);
}

/** Maximum number of characters to store of a string that a client sends. */
const MAX_LENGTH = 256;

/** The device on which a visitor signed in, for a list of the visitor's sessions. */
export interface SessionDevice {
  /**
   * The browser's `User-Agent`, at most 256 characters. Browsers can send any value: show it to people, do not base
   * decisions on it.
   */
  readonly userAgent?: string | undefined;
  /** The application's name for the device: `Work laptop`. */
  readonly label?: string | undefined;
}

/** The details of a sign-in other than the visitor: the device, and how long it lasts. */
export interface SignIn extends SessionDevice {
  /** True when the session lives for `session.rememberMe`. Default: false, it lives as long as any other. */
  readonly rememberMe?: boolean | undefined;
  /** The timeouts of the session, in place of the configured ones. */
  readonly lifetime?: OwnLifetime | undefined;
}

/** Shortens the device's strings and removes empty ones. @returns `undefined` when nothing is left. */
export function deviceOf({ userAgent, label }: SessionDevice): SessionDevice | undefined {
  const known = Object.entries({ userAgent: userAgent?.slice(0, MAX_LENGTH), label: label?.slice(0, MAX_LENGTH) });
  const texts = known.filter(([, text]) => text !== undefined && text !== '');
  return texts.length > 0 ? Object.fromEntries(texts) : undefined;
}

/** Reads a device from a stored record. @param kept The stored value, which may be anything. */
export function parseDevice(kept: unknown): SessionDevice | undefined {
  if (typeof kept !== 'object' || kept === null) return undefined;
  const { userAgent, label } = kept as Record<string, unknown>;
  const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return deviceOf({ userAgent: textOf(userAgent), label: textOf(label) });
}
