import type { IntegrationResolvedRoute } from 'astro';

/** Placeholder for a parameter. */
export const ANYTHING = '\0';

/** The parts of a route that a tree needs. */
export type TreeRoute = Pick<IntegrationResolvedRoute, 'segments'> & { readonly fallbackRoutes?: readonly TreeRoute[] };
type Segment = TreeRoute['segments'][number];

/** A place in the site: a page, an ancestor of pages, or both. */
export class RouteNode {
  readonly children = new Map<string, RouteNode>();
  /** True when something is served there. */
  isRoute = false;
  /** True when any path below it may be served. */
  isOpen = false;
  /** True when it is below an open place. */
  isBelowOpen = false;

  /**
   * @param shown As in a rule's pattern: `/users/[id]`. Empty for the root.
   * @param head The beginning of addresses that lead there, with {@link ANYTHING} for parameters.
   */
  constructor(
    readonly shown = '',
    readonly head = '',
  ) {}

  get isFixed(): boolean {
    return !this.head.includes(ANYTHING);
  }
}

/** The routes of a project by their segments. */
export class RouteTree {
  readonly #root = new RouteNode();

  constructor(routes: readonly TreeRoute[]) {
    const all = routes.flatMap(({ segments, fallbackRoutes = [] }) => [{ segments }, ...fallbackRoutes]);
    for (const { segments } of all) for (const spelling of spellings(segments)) this.#add(spelling);
  }

  /** Returns every place, those nearest to the root first. */
  nodes(): RouteNode[] {
    const nodes = [this.#root];
    // The loop also visits nodes that are added to the array while it runs.
    for (const { children, isOpen, isBelowOpen } of nodes) {
      for (const child of children.values()) {
        child.isBelowOpen = isOpen || isBelowOpen;
        nodes.push(child);
      }
    }
    return nodes;
  }

  #add(segments: readonly Segment[]): void {
    let node = this.#root;
    for (const [at, parts] of segments.entries()) {
      const isLast = at === segments.length - 1;
      const isRest = parts.some(({ spread }) => spread);
      if (isRest || (isLast && isParameter(parts))) node.isOpen = true;
      if (isRest && isLast) node.isRoute = true;
      node = childOf(node, parts);
    }
    node.isRoute = true;
  }
}

function isParameter(parts: Segment): boolean {
  return parts.length === 1 && parts[0]?.dynamic === true;
}

function childOf(node: RouteNode, parts: Segment): RouteNode {
  const name = parts.map(({ dynamic, content }) => (dynamic ? ANYTHING : content)).join('');
  const known = node.children.get(name);
  if (known) return known;
  // Next to other text, a parameter in brackets would be a character class.
  const shown = isParameter(parts) ? parts.map(({ content }) => `[${content}]`) : parts.map(asGlob);
  const child = new RouteNode(`${node.shown}/${shown.join('')}`, `${node.head}/${name}`);
  node.children.set(name, child);
  return child;
}

function asGlob({ dynamic, content }: Segment[number]): string {
  return dynamic ? '*' : content.replace(/[*?[\]{}()\\]/g, '\\$&');
}

/** Returns the route as written and, if it differs, as a browser encodes it. */
function spellings(segments: TreeRoute['segments']): Segment[][] {
  const plain = segments.map((parts) => parts.map((part) => ({ ...part, content: part.content.normalize('NFC') })));
  const sent = plain.map((parts) =>
    parts.map((part) => ({ ...part, content: part.dynamic ? part.content : encoded(part.content) })),
  );
  return JSON.stringify(plain) === JSON.stringify(sent) ? [plain] : [plain, sent];
}

function encoded(text: string): string {
  return encodeURI(text).replace(/[?#]/g, encodeURIComponent);
}
