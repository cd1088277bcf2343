/** Whose decorators read the types of a constructor's parameters, which the standard ones cannot. */
export const SOURCES: readonly unknown[] = ['astro-gatehouse/server', 'tsyringe'];

/** As much of a syntax tree as is looked at. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** The decorators of a file, as they are written. */
export interface Decorators {
  /** Those that come from here or from tsyringe. */
  readonly ours: readonly string[];
  readonly others: readonly string[];
}

/** A name as the module has it that it comes from; `*` for all that the module exports. */
export interface Origin {
  readonly source: string;
  readonly name: string;
}

/**
 * @param handedOn Names that the file has from elsewhere, and that are from here or from tsyringe all the same.
 * @returns The decorators in a file, by where the names in them were imported from.
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

/** What decorators are imported from other places than these: each name with where it comes from. */
export function foreignOrigins(program: unknown): Map<unknown, Origin> {
  const nodes = everyNode(program);
  const used = new Set(nodes.filter(isDecorator).map((node) => rootOf(node.expression as Node).name));
  return new Map([...originsIn(nodes)].filter(([name, { source }]) => used.has(name) && !SOURCES.includes(source)));
}

/** Finds where a file may have a name from that it exports and does not declare. */
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

/** The name that an expression begins with: `di` of `di.inject(Clock)`. */
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
