import type { StandardSchemaV1 } from '@standard-schema/spec';

/**
 * Describes the first issue of a session's values: its key, and the expected type. Leaves out the issue's message,
 * into which many libraries put the value, and the rest of its path, which may consist of values.
 */
export function explainIssue([issue]: readonly StandardSchemaV1.Issue[]): [key: string, issue: string] {
  const [first] = issue?.path ?? [];
  const key = typeof first === 'object' ? first.key : first;
  const { expected, code, type } = (issue ?? {}) as { expected?: unknown; code?: unknown; type?: unknown };
  const kind = [code, type].find((word) => typeof word === 'string') ?? 'no other reason given';
  const what = typeof expected === 'string' ? `expected ${expected}` : `refused by its schema (${kind})`;
  return [key === undefined ? 'the session as a whole' : `"${String(key)}"`, what];
}
