/** A node of a syntax tree as bundlers hand it over. */
interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [part: string]: unknown;
}

/**
 * What a module exports as `guard`: its value, or only its source when that is not made of literals alone, or why nobody
 * could be sure of it.
 */
export type StaticGuard = { readonly value: unknown } | { readonly source: string } | { readonly problem: string };

const ELSEWHERE = 'is exported in another way than others are: write "export const guard = …" in the page\'s own file';

/** What a guard cannot be known by, without running the module. */
class NotLiteral extends Error {}

/** Functions stand for themselves: that there is one is all that a reader of a guard is told, unless it gives `true`. */
const SOME_FUNCTION = (): never => {
  throw new TypeError('A guard that was read is not asked.');
};
const GIVES_TRUE = () => true;

/**
 * Reads what a module exports as `guard` without running it.
 *
 * @param program The module's syntax tree. @param code Its text.
 * @returns `undefined` for a module that exports none.
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
  // A function that stands elsewhere, or is imported, is a function all the same.
  if (name === 'allow' && isNode(property.value) && property.value.type === 'Identifier') return [name, SOME_FUNCTION];
  return [name, read(property.value)];
}

/** `15 * 60`, as seconds are written. */
function product({ operator, left, right }: SyntaxNode, read: (part: unknown) => unknown): unknown {
  const factors = [read(left), read(right)].filter((factor) => typeof factor === 'number');
  if (operator !== '*' || factors.length < 2) throw new NotLiteral();
  return factors.reduce((one, other) => one * other);
}

function templateText({ quasis }: SyntaxNode): unknown {
  const [text] = nodesIn(quasis);
  return (text?.value as { cooked?: string } | undefined)?.cooked;
}

/** What variables are initialised with, by their names. */
function declaratorsIn(statements: readonly SyntaxNode[]): Map<string, SyntaxNode> {
  const declarations = statements.filter(({ type, kind }) => type === 'VariableDeclaration' && kind === 'const');
  const found = new Map<string, SyntaxNode>();
  for (const { id, init } of declarations.flatMap(({ declarations }) => nodesIn(declarations))) {
    const name = nameOf(id);
    if (name !== undefined && isNode(init)) found.set(name, init);
  }
  return found;
}

/** Whether a declaration that is no constant by itself is one of `guard`: a variable, a part of another value, a function. */
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

/** On one line, and not too long to be read in a table. */
function textOf({ start, end }: SyntaxNode, code: string): string {
  const text = code.slice(start, end).replace(/\s+/g, ' ');
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function nodesIn(part: unknown): SyntaxNode[] {
  return (Array.isArray(part) ? part : [part]).filter(isNode);
}

function isNode(part: unknown): part is SyntaxNode {
  return typeof part === 'object' && part !== null && 'type' in part && typeof part.type === 'string';
}
