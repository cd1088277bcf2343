/** Modules whose decorators read the types of constructor parameters, which standard decorators cannot. */
export const SOURCES: readonly unknown[] = ['astro-gatehouse/server', 'tsyringe'];

/** The parts of a syntax tree that are read here. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** The decorators of a file, as written. */
export interface Decorators {
  /** Those of this package or of tsyringe. */
  readonly ours: readonly string[];
  readonly others: readonly string[];
}

/** A name in the module that exports it; `*` for all exports of the module. */
export interface Origin {
  readonly source: string;
  readonly name: string;
}

/**
 * @param handedOn Local names that come from this package or from tsyringe through other files.
 * @returns The decorators of a file, grouped by the source of their names.
 */
export function decoratorsOf(program: unknown, code: string, handedOn: ReadonlySet<unknown> = new Set()): Decorators {
  const nodes = everyNode(program);
  const origins = originsIn(nodes);
  const decorators = nodes.filter(isDecorator).map((node) => {
    const name = rootOf(node.expression as Node).name;
    const isOurs = SOURCES.includes(origins.get(name)?.source) || handedOn.has(name);
    return { isOurs, text: code.slice(node.start, node.end) };
  });
  const textsOf = (wanted: boolean) => decorators.filter(({ isOurs }) => isOurs === wanted).map(({ text }) => text);
  return { ours: textsOf(true), others: textsOf(false) };
}

/** Returns the names that decorators import from other modules than these, with their origins. */
export function foreignOrigins(program: unknown): Map<unknown, Origin> {
  const nodes = everyNode(program);
  const used = new Set(nodes.filter(isDecorator).map((node) => rootOf(node.expression as Node).name));
  return new Map([...originsIn(nodes)].filter(([name, { source }]) => used.has(name) && !SOURCES.includes(source)));
}

/** Returns the modules from which a file may re-export a name. */
export function exportedFrom(program: unknown, name: string): Origin[] {
  const nodes = everyNode(program);
  const origins = originsIn(nodes);
  return nodes.flatMap(({ type, source, specifiers, exported }) => {
    const from = isNode(source) ? String(source.value) : undefined;
    if (type === 'ExportAllDeclaration') return exported || from === undefined ? [] : [{ source: from, name }];
    if (type !== 'ExportNamedDeclaration') return [];
    const named = (specifiers as readonly Node[]).filter((each) => name === '*' || nameOf(each.exported) === name);
    return named.flatMap((each) => {
      const local = nameOf(each.local) ?? '';
      const origin = from === undefined ? origins.get(local) : { source: from, name: local };
      return origin ? [origin] : [];
    });
  });
}

function isDecorator({ type }: Node): boolean {
  return type === 'Decorator';
}

function originsIn(nodes: readonly Node[]): Map<unknown, Origin> {
  const imports = nodes.filter(({ type }) => type === 'ImportDeclaration');
  const named = imports.flatMap(({ source, specifiers }) =>
    (specifiers as readonly { local: Node; imported?: Node }[]).map(({ local, imported }) => {
      return [local.name, { source: String((source as Node).value), name: nameOf(imported) ?? '*' }] as const;
    }),
  );
  return new Map(named);
}

/** Returns the first name of an expression: `di` of `di.inject(Clock)`. */
function rootOf(expression: Node): Node {
  const inner = expression.callee ?? expression.object ?? expression.expression;
  return isNode(inner) ? rootOf(inner) : expression;
}

function nameOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  return String(node.name ?? node.value);
}

function everyNode(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(everyNode);
  return isNode(value) ? [value, ...Object.values(value).flatMap(everyNode)] : [];
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Node>).type === 'string';
}
