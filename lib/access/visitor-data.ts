import { InvalidVisitorError } from '../errors.js';
import type { VisitorData } from './visitor.js';

/** Maximum number of characters, or of entries in a list. More would be a burden for every request. */
const LONGEST_ID = 255;
const LONGEST_EMAIL = 320;
const LONGEST_ROLE = 100;
const MOST_ROLES = 100;
const LONGEST_PERMISSION = 200;
const MOST_PERMISSIONS = 500;

/** A fault in a visitor's data: the key of the wrong value, and what that value must be. */
export interface VisitorFault {
  readonly key: string;
  readonly expected: string;
}

/** @throws {InvalidVisitorError} For the first value of a wrong type or size, which it names. */
export function assertVisitorData(values: Partial<VisitorData>): asserts values is VisitorData {
  const fault = visitorFault(values);
  if (fault) throw new InvalidVisitorError(fault.key, fault.expected);
}

/** Finds the first value of a wrong type or size; `undefined` when every value is right. */
export function visitorFault(values: Readonly<Record<string, unknown>>): VisitorFault | undefined {
  const { userId, email, role, roles, permissions } = values;
  const faults = {
    userId: idFault(userId),
    email: textFault(email, LONGEST_EMAIL),
    role: textFault(role, LONGEST_ROLE),
    roles: listFault(roles, MOST_ROLES, LONGEST_ROLE),
    permissions: listFault(permissions, MOST_PERMISSIONS, LONGEST_PERMISSION),
  };
  const [found] = Object.entries(faults).flatMap(([key, expected]) => (expected ? [{ key, expected }] : []));
  return found;
}

function idFault(id: unknown): string | undefined {
  if (typeof id !== 'string' || id.trim() === '') return 'a text that is not empty';
  return textFault(id, LONGEST_ID);
}

function textFault(text: unknown, longest: number): string | undefined {
  if (text === undefined || text === null) return undefined;
  if (typeof text !== 'string') return 'a text';
  return text.length > longest ? `a text of at most ${longest} characters` : undefined;
}

function listFault(list: unknown, most: number, longest: number): string | undefined {
  if (list === undefined || list === null) return undefined;
  if (!Array.isArray(list) || !list.every((entry) => typeof entry === 'string')) return 'a list of texts';
  if (list.length > most) return `a list of at most ${most} texts`;
  return list.some((text) => text.length > longest)
    ? `a list of texts of at most ${longest} characters each`
    : undefined;
}
