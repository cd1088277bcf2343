import * as z from 'zod/mini';
import { nearestName } from '../../base/nearest-name.js';

/** A value that a schema rejects: its path in the options, and a sentence about it. */
interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

const TYPES: Readonly<Record<string, string>> = { string: 'a string', boolean: 'true or false', array: 'an array' };

/** Returns the message of an issue for which a schema has none. */
function wording(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') return `must be ${TYPES[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_value') return mustBeOneOf(issue.values, issue.input);
  // The key that distinguishes the members of a union has an unknown value.
  if (issue.code === 'invalid_union' && Array.isArray(issue.options)) {
    const { input, discriminator } = issue;
    return mustBeOneOf(issue.options, Object(input)[String(discriminator)]);
  }
  return undefined;
}

function mustBeOneOf(values: readonly unknown[], given: unknown): string {
  const named = values.filter((value) => value !== undefined).map(String);
  const nearest = typeof given === 'string' ? nearestName(given, named) : undefined;
  const question = nearest === undefined ? '' : `; did you mean '${nearest}'?`;
  return `must be one of ${named.map((name) => `'${name}'`).join(', ')}${question}`;
}

/** Returns everything that a schema rejects in a value. */
export function problemsIn(schema: z.core.$ZodType, value: unknown): Problem[] {
  return problemsOf(z.safeParse(schema, value, { error: wording }).error?.issues ?? []);
}

function problemsOf(issues: readonly z.core.$ZodIssue[]): Problem[] {
  return issues.flatMap((issue) => {
    const { path, message } = issue;
    if (issue.code === 'unrecognized_keys') {
      return message.split('\n').map((line, at) => ({ path: [...path, issue.keys[at] ?? ''], message: line }));
    }
    if (issue.code !== 'invalid_union') return [{ path, message }];
    // A member of the union whose type fits has more precise problems.
    const inside = issue.errors.map(problemsOf).find((problems) => problems.some((problem) => problem.path.length > 0));
    return inside?.map((problem) => ({ ...problem, path: [...path, ...problem.path] })) ?? [{ path, message }];
  });
}

/**
 * Returns a problem as a sentence.
 *
 * @param whole The name of the validated value, for problems of the value as a whole.
 */
export function sentenceOf({ path, message }: Problem, whole: string): string {
  const steps = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`));
  const option = steps.join('').replace(/^\./, '') || whole;
  // Messages with "is" continue the name ("x is undefined"); others follow a colon ("x: must be a string").
  return message.startsWith('is ') ? `${option} ${message}` : `${option}: ${message}`;
}
