import { shortened } from '../../base/text.js';

/** A node of a syntax tree, as bundlers provide it. */
interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [part: string]: unknown;
}

/**
 * The export `guard` of a module: its value, or only its source if it does not consist of literals, or the reason why
 * it cannot be found reliably.
 */
export type StaticGuard = { readonly value: unknown } | { readonly source: string } | { readonly problem: string };

const ELSEWHERE = 'must be exported directly: write "export const guard = …" in the page\'s own file';

/** Thrown for an expression whose value is unknown without running the module. */
class NotLiteral extends Error {}

/**
 * A placeholder for any function. Readers of a guard only need to know that it has one, and whether it always returns
 * `true`.
 */
const SOME_FUNCTION = (): never => {
  throw new TypeError('A guard that was read from source cannot be called.');
};
const GIVES_TRUE = () => true;

/**
 * Reads the export `guard` of a module without running it.
 *
 * @param program The module's syntax tree.
 * @param code The module's source.
 * @returns `undefined` for a module without such an export.
 */
export function staticGuard(program: unknown, code: string): StaticGuard | undefined {
  const statements = isNode(program) ? nodesIn(program.body) : [];
  const exported = statements.filter(({ type }) => type === 'ExportNamedDeclaration');
  const declarations = exported.flatMap(({ declaration }) => nodesIn(declaration));
  const declared = declaratorsIn([...statements, ...declarations]);
  const expression = declaratorsIn(declarations).get('guard');
  const specifiers = exported.flatMap(({ specifiers }) => nodesIn(specifiers));
  const isNamed = specifiers.some((specifier) => nameOf(specifier.exported) === 'guard');
  if (!expression) return isNamed || declarations.some(bindsGuard) ? { problem: ELSEWHERE } : undefined;
  try {
    return { value: evaluated(expression, declared) };
  } catch (error) {
    if (error instanceof NotLiteral) return { source: textOf(expression, code) };
    throw error;
  }
}

function evaluated(node: SyntaxNode, declared: ReadonlyMap<string, SyntaxNode>, depth = 0): unknown {
  const read = (part: unknown): unknown => {
    if (!isNode(part) || depth > 20) throw new NotLiteral();
    return evaluated(part, declared, depth + 1);
  };
  switch (node.type) {
    case 'Literal':
      return node.value;
    case 'TemplateLiteral':
      return nodesIn(node.expressions).length > 0 ? read(undefined) : templateText(node);
    case 'ArrayExpression':
      return Array.isArray(node.elements) ? node.elements.map(read) : read(undefined);
    case 'ObjectExpression':
      return Object.fromEntries(nodesIn(node.properties).map((property) => entryOf(property, read)));
    case 'ArrowFunctionExpression':
      return isNode(node.body) && node.body.value === true ? GIVES_TRUE : SOME_FUNCTION;
    case 'FunctionExpression':
      return SOME_FUNCTION;
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return read(node.expression);
    case 'BinaryExpression':
      return product(node, read);
    case 'Identifier':
      return node.name === 'undefined' ? undefined : read(declared.get(String(node.name)));
    default:
      throw new NotLiteral();
  }
}

function entryOf(property: SyntaxNode, read: (part: unknown) => unknown): [string, unknown] {
  const key = isNode(property.key) ? property.key : undefined;
  const name = nameOf(key);
  if (property.type !== 'Property' || property.computed === true || name === undefined) throw new NotLiteral();
  // A function that is defined elsewhere, or imported, is still a function.
  if (name === 'allow' && isNode(property.value) && property.value.type === 'Identifier') return [name, SOME_FUNCTION];
  return [name, read(property.value)];
}

/** Evaluates a product such as `15 * 60`, which is used for seconds. */
function product({ operator, left, right }: SyntaxNode, read: (part: unknown) => unknown): unknown {
  const factors = [read(left), read(right)].filter((factor) => typeof factor === 'number');
  if (operator !== '*' || factors.length < 2) throw new NotLiteral();
  return factors.reduce((one, other) => one * other);
}

function templateText({ quasis }: SyntaxNode): unknown {
  const [text] = nodesIn(quasis);
  return (text?.value as { cooked?: string } | undefined)?.cooked;
}

/** Returns the initial values of constants, by name. */
function declaratorsIn(statements: readonly SyntaxNode[]): Map<string, SyntaxNode> {
  const declarations = statements.filter(({ type, kind }) => type === 'VariableDeclaration' && kind === 'const');
  const found = new Map<string, SyntaxNode>();
  for (const { id, init } of declarations.flatMap(({ declarations }) => nodesIn(declarations))) {
    const name = nameOf(id);
    if (name !== undefined && isNode(init)) found.set(name, init);
  }
  return found;
}

/**
 * Checks whether a declaration defines `guard` in another way than as a constant: as a variable, by destructuring, or
 * as a function.
 */
function bindsGuard({ id, declarations }: SyntaxNode): boolean {
  return [id, ...nodesIn(declarations).map((declarator) => declarator.id)].some(holdsGuard);
}

function holdsGuard(pattern: unknown): boolean {
  if (!isNode(pattern)) return false;
  if (pattern.type === 'Identifier') return pattern.name === 'guard';
  const { properties, elements, value, left, argument } = pattern;
  return [...nodesIn(properties), ...nodesIn(elements), ...nodesIn([value, left, argument])].some(holdsGuard);
}

function nameOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'Identifier') return String(node.name);
  return node.type === 'Literal' ? String(node.value) : undefined;
}

/** Returns the source on one line, short enough for a table. */
function textOf({ start, end }: SyntaxNode, code: string): string {
  const text = code.slice(start, end).replace(/\s+/g, ' ');
  return shortened(text, 79);
}

function nodesIn(part: unknown): SyntaxNode[] {
  return (Array.isArray(part) ? part : [part]).filter(isNode);
}

function isNode(part: unknown): part is SyntaxNode {
  return typeof part === 'object' && part !== null && 'type' in part && typeof part.type === 'string';
}
