import { type Node, parseExpressionAt } from 'acorn';
import { analyze } from 'eslint-scope';
import { InvalidOptionsError } from '../../errors/index.js';

/**
 * Returns options as source code, functions included, so that the built site contains them.
 *
 * @param options Validated options: plain objects, arrays, functions, strings, numbers and booleans.
 * @throws {InvalidOptionsError} For a function that refers to anything outside itself, which the site does not contain.
 */
export function optionsToSource(options: object): string {
  const problems: string[] = [];
  const source = write(options, '', problems);
  if (problems.length > 0) throw new InvalidOptionsError(problems);
  return source;
}

/** @param path Path of the value, as in code: `protect[2].allow`. */
function write(value: unknown, path: string, problems: string[]): string {
  if (typeof value === 'function') {
    const { source, problem } = sourceOf(value);
    if (problem) problems.push(`${path} ${problem}`);
    return source;
  }
  if (Array.isArray(value)) {
    return `[${value.map((child, index) => write(child, `${path}[${index}]`, problems)).join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(
      ([key, child]) => `${JSON.stringify(key)}: ${write(child, path === '' ? key : `${path}.${key}`, problems)}`,
    );
    return `{ ${entries.join(', ')} }`;
  }
  return JSON.stringify(value) ?? 'undefined';
}

function sourceOf(value: object): { source: string; problem?: string } {
  const text = Function.prototype.toString.call(value);
  for (const source of [`(${text})`, `(Object.values({${text}})[0])`]) {
    const names = freeNames(source);
    if (!names) continue;
    if (names.length === 0) return { source };
    const what = names.map((name) => `"${name}"`).join(' and ');
    const problem =
      `refers to ${what}, which the built site does not have: functions in astro.config must not use anything ` +
      'outside. Move it to src/gatehouse.ts, where it can import what it needs';
    return { source, problem };
  }
  return { source: 'undefined', problem: 'has no source that could be copied. Write it as a function of your own' };
}

/** @returns The names that source code uses without defining them, or `undefined` when it cannot be parsed. */
function freeNames(source: string): string[] | undefined {
  let expression: Node;
  try {
    expression = parseExpressionAt(source, 0, {
      ecmaVersion: 'latest',
      sourceType: 'module',
      ranges: true,
      locations: true,
    });
  } catch {
    return undefined;
  }
  const program = { type: 'Program', sourceType: 'module', body: [{ type: 'ExpressionStatement', expression }] };
  const scopes = analyze(program as never, { ecmaVersion: 2022, sourceType: 'module' });
  const unresolved = scopes.globalScope?.through ?? [];
  const names = unresolved.map(({ identifier }) => {
    // Vite turns imports of a configuration into members of a generated name.
    const imported = /^__vite_ssr_import_\d+__\.(\w+)/.exec(source.slice(identifier.range?.[0]));
    return imported?.[1] ?? String((identifier as { name?: string }).name);
  });
  return [...new Set(names)].filter((name) => !(name in globalThis) && name !== 'undefined');
}
