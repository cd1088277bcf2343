import { InvalidVisitorError } from '../errors.js';
import type { VisitorData } from './visitor.js';

/** @throws {InvalidVisitorError} Naming the first value that is not of its kind. */
export function assertVisitorData(values: Partial<VisitorData>): asserts values is VisitorData {
  const { userId, email, role, roles, permissions } = values as Record<string, unknown>;
  if (typeof userId !== 'string' || userId === '') throw new InvalidVisitorError('userId', 'a text that is not empty');
  for (const [key, value] of Object.entries({ email, role })) {
    if (value !== undefined && value !== null && typeof value !== 'string')
      throw new InvalidVisitorError(key, 'a text');
  }
  for (const [key, value] of Object.entries({ roles, permissions })) {
    if (value !== undefined && value !== null && !isTexts(value)) throw new InvalidVisitorError(key, 'a list of texts');
  }
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}
