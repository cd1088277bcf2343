import * as z from 'zod/mini';

/** A value that a schema refuses: where it is, and a sentence about it. */
interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

const TYPES: Readonly<Record<string, string>> = { string: 'a string', boolean: 'true or false', array: 'an array' };

/** Words the issues for which a schema has no words of its own. */
function wording(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') return `must be ${TYPES[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_value') return mustBeOneOf(issue.values);
  // The value of the key that tells the members of a union apart.
  if (issue.code === 'invalid_union' && Array.isArray(issue.options)) return mustBeOneOf(issue.options);
  return undefined;
}

function mustBeOneOf(values: readonly unknown[]): string {
  const named = values.filter((value) => value !== undefined).map((value) => `'${value}'`);
  return `must be one of ${named.join(', ')}`;
}

/** Finds everything that a schema refuses in a value. */
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
    // A member of the union that is of the right type knows better what is wrong in it.
    const inside = issue.errors.map(problemsOf).find((problems) => problems.some((problem) => problem.path.length > 0));
    return inside?.map((problem) => ({ ...problem, path: [...path, ...problem.path] })) ?? [{ path, message }];
  });
}

/** Writes a problem as a sentence. @param whole The name of the value itself. */
export function sentenceOf({ path, message }: Problem, whole: string): string {
  const steps = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`));
  const option = steps.join('').replace(/^\./, '') || whole;
  // "x is undefined" continues the option's name; what an option must be follows a colon.
  return message.startsWith('is ') ? `${option} ${message}` : `${option}: ${message}`;
}
