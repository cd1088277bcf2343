import { stringify } from 'devalue';
import { InvalidSessionValueError } from '../errors.js';
import type { Lineage } from './lineage.js';
import type { SessionDevice } from './session-device.js';
import { isDeeperThan } from './value-depth.js';

/** A message for a later page. Its `id` tells it from others under the same key. */
export interface Flash {
  readonly id: string;
  readonly value: unknown;
  /** Which process may deliver it, and until when no other may, in milliseconds since the epoch. */
  readonly lease?: { readonly by: string; readonly until: number } | undefined;
  /** Until when it is there, in milliseconds since the epoch; left out where that is as long as its session. */
  readonly until?: number | undefined;
  /**
   * Whether it is kept beside the messages for whoever asks by its key: the first to go when there is no room, and not one of
   * those that are delivered exactly once.
   */
  readonly yields?: boolean | undefined;
  /** The messages that were left under the same key before it, the oldest first. */
  readonly earlier?: readonly Flash[] | undefined;
}

/** What a schema made of a stored session's values. */
export interface FittedValues {
  /** What the session holds for this request. It is not stored for its own sake. */
  readonly shown: ReadonlyMap<string, unknown>;
  /** What is to be stored in place of what is: left out where that fits as it is. */
  readonly migrated?: ReadonlyMap<string, unknown> | undefined;
}

/** What a store keeps of one session. Times are milliseconds since the epoch. */
export interface SessionRecord {
  readonly id: string;
  /** When the session began, or its visitor last signed in: the absolute timeout counts from here. */
  readonly createdAt: number;
  /** When the record was last written: the idle timeout counts from here. */
  readonly renewedAt: number;
  /** From this moment on the record counts as gone. */
  readonly expiresAt: number;
  /** A Map, so that a key such as `__proto__` is data like any other. */
  readonly values: ReadonlyMap<string, unknown>;
  readonly flashes: ReadonlyMap<string, Flash>;
  /** The keys that `signIn` gave beside `userId`, `role` and the like: the next one takes them back. */
  readonly identity: readonly string[];
  /** Where its visitor signed in, for stores that can list sessions. */
  readonly device?: SessionDevice | undefined;
  /** Whether its visitor asked to stay signed in for longer. */
  readonly isRemembered?: boolean | undefined;
  /** How far the browser has come with it, where a store cannot end sessions; left out at the beginning. */
  readonly lineage?: Lineage | undefined;
  /** Whether it is kept although nothing may be in it, so that its id lasts. */
  readonly isKept?: boolean | undefined;
  /** Whether somebody else put it there, so that nobody knows when its visitor signed in. */
  readonly isForeign?: boolean | undefined;
  /** What a store knows this state of the session by. Not a part of what is kept. */
  readonly version?: string | number | undefined;
  /** Whether it was found by the id it had before: the visitor may never have been told the new one. Not kept, either. */
  readonly hasMoved?: boolean | undefined;
  /** What the application's schema made of its values. Not kept, either. */
  readonly fitted?: FittedValues | undefined;
}

/** Keys that say who a visitor is, whoever put them in. */
export const VISITOR_KEYS: readonly string[] = ['userId', 'email', 'role', 'roles', 'permissions'];

/** Levels of a value: far more than anybody means to keep, far less than takes up the stack. */
const MAX_DEPTH = 100;

/** Whose session it is; `undefined` for that of a guest. */
export function userIdOf({ values }: Pick<SessionRecord, 'values'>): string | undefined {
  const userId = values.get('userId');
  return typeof userId === 'string' && userId !== '' ? userId : undefined;
}

/** Lists those of a visitor's keys that do not say by themselves who the visitor is. */
export function ownKeys(visitor: object): string[] {
  return Object.keys(visitor).filter((key) => !VISITOR_KEYS.includes(key));
}

/** Whether nothing is left of a session that would be worth keeping. */
export function isEmptyRecord({
  values,
  flashes,
  isKept,
}: Pick<SessionRecord, 'values' | 'flashes' | 'isKept'>): boolean {
  return values.size === 0 && flashes.size === 0 && !isKept;
}

/** @returns Why the value cannot be kept, or `undefined` when it can. */
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
 * Asked before anything changes, so that a value that cannot be kept leaves the session as it was.
 *
 * @throws {InvalidSessionValueError} Naming the first key whose value cannot be kept.
 */
export function assertStorable(values: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(values)) {
    const reason = whyNotStorable(value);
    if (reason) throw new InvalidSessionValueError(key, reason);
  }
}
