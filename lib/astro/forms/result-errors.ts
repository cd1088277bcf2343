import { errorsByField, type FieldIssue } from '../../access/forms/kept-form.js';

/**
 * What an action found wrong with its input, by field.
 *
 * @param result What the action gave, as Astro writes it.
 */
export function resultErrors(result: unknown): Readonly<Record<string, readonly string[]>> {
  const { type, body } = (result ?? {}) as { type?: unknown; body?: unknown };
  if (type !== 'error' || typeof body !== 'string') return {};
  const { issues } = JSON.parse(body) as { issues?: readonly FieldIssue[] };
  return Array.isArray(issues) ? errorsByField(issues) : {};
}
