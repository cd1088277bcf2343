import type { VisitorData } from '../visitor.js';

/** The values that decide what a visitor may do. */
const POWERS = ['role', 'roles', 'permissions'] as const;

/**
 * Keeps the roles and permissions that `identify` named: a key that may only read must not get all that its user may do.
 * A visitor with neither gets those of the user.
 */
export function withOwnPowers(named: VisitorData, user: VisitorData): VisitorData {
  if (!namesPowers(named)) return user;
  return { ...user, ...Object.fromEntries(POWERS.map((key) => [key, named[key]])) };
}

/** Checks whether data names roles or permissions, if only that there are none. */
export function namesPowers(named: object): boolean {
  return POWERS.some((key) => Object.hasOwn(named, key));
}
