import { errorsByField, type FieldIssue } from '../../access/forms/kept-form.js';

/**
 * Returns the errors that an action found in its input, by field.
 *
 * @param result The result of the action, as serialized by Astro.
 */
export function resultErrors(result: unknown): Readonly<Record<string, readonly string[]>> {
  const { type, body } = (result ?? {}) as { type?: unknown; body?: unknown };
  if (type !== 'error' || typeof body !== 'string') return {};
  const { issues } = JSON.parse(body) as { issues?: readonly FieldIssue[] };
  return Array.isArray(issues) ? errorsByField(issues) : {};
}
