import { InvalidVisitorError } from '../errors.js';
import type { VisitorData } from './visitor.js';

/** Characters, and entries of a list: enough for every user there is, and too few to be a burden. */
const LONGEST_ID = 255;
const LONGEST_EMAIL = 320;
const LONGEST_ROLE = 100;
const MOST_ROLES = 100;
const LONGEST_PERMISSION = 200;
const MOST_PERMISSIONS = 500;

/** What is wrong with what is said of a visitor: what the value under `key` must be. */
export interface VisitorFault {
  readonly key: string;
  readonly expected: string;
}

/** @throws {InvalidVisitorError} Naming the first value that is not of its kind, or too large. */
export function assertVisitorData(values: Partial<VisitorData>): asserts values is VisitorData {
  const fault = visitorFault(values);
  if (fault) throw new InvalidVisitorError(fault.key, fault.expected);
}

/** Finds the first value that is not of its kind, or too large; `undefined` when there is none. */
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
