import type { IntegrationResolvedRoute } from 'astro';

/** Stands in a text for whatever is in a parameter's place. */
export const ANYTHING = '\0';

/** What a tree is made of. */
export type TreeRoute = Pick<IntegrationResolvedRoute, 'segments'> & { readonly fallbackRoutes?: readonly TreeRoute[] };
type Segment = TreeRoute['segments'][number];

/** A place in the site: a page, what is above pages, or both. */
export class RouteNode {
  readonly children = new Map<string, RouteNode>();
  /** Whether something is served there. */
  isRoute = false;
  /** Whether anything below it may be served. */
  isOpen = false;
  /** Whether it is below a place that is open. */
  isBelowOpen = false;

  /**
   * @param shown As a rule's pattern names it: `/users/[id]`. Empty for the root.
   * @param head As addresses begin that lead there, with {@link ANYTHING} for parameters.
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

  /** Every place, those nearest to the root first. */
  nodes(): RouteNode[] {
    const nodes = [this.#root];
    // A list is walked on into what is added meanwhile.
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
  // Beside other text a parameter would be a class of characters.
  const shown = isParameter(parts) ? parts.map(({ content }) => `[${content}]`) : parts.map(asGlob);
  const child = new RouteNode(`${node.shown}/${shown.join('')}`, `${node.head}/${name}`);
  node.children.set(name, child);
  return child;
}

function asGlob({ dynamic, content }: Segment[number]): string {
  return dynamic ? '*' : content.replace(/[*?[\]{}()\\]/g, '\\$&');
}

/** A route as it is called, and as an address bar sends it, where that is something else. */
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
