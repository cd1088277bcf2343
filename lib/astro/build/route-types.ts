import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ANYTHING, type RouteNode, RouteTree, type TreeRoute } from './route-tree.js';

/** Beginnings of a wildcard: on its own, and after other text. */
const WILDCARDS = ['*', '?', '[', '{', '(', '@(', '+(', '!('];
const WILDCARDS_IN_TEXT = ['*', '?', '[', '{'];
/**
 * Maximum number of templates. Each is compared with each pattern of a project, and many more would slow down editors.
 */
const MOST_TEMPLATES = 4000;
/** Maximum number of pages for which a query or a trailing slash is checked against the page's path. */
const MOST_PAGES = 500;
/** Maximum number of characters of a name before a wildcard; fewer when there are too many names. */
const LENGTHS = [Number.POSITIVE_INFINITY, 8, 6, 4, 3, 2, 1];

/** The facts about a project from which its types are written. */
export interface RouteFacts {
  readonly routes: readonly TreeRoute[];
  /** The entries of `public/`, folders with a trailing slash. */
  readonly publicNames: readonly string[];
  /** True when an unknown path is a type error. */
  readonly isStrict: boolean;
}

/** Returns the declaration of `App.RouteTypes` for a project. */
export function routeTypes({ routes, publicNames, isStrict }: RouteFacts): string {
  const nodes = new RouteTree(routes).nodes();
  const [patterns, paths] = [nodes.flatMap(patternsOf), nodes.flatMap(pathsOf)];
  if (!isStrict) return declaration([...patterns, '(string & {})'], [...paths, '(string & {})']);
  const files = publicNames.map((name) => (name.endsWith('/') ? anyOf(`/${name}${ANYTHING}`) : textOf(`/${name}`)));
  // Resources of Astro itself: actions, islands, images and the files of a build.
  const internal = anyOf(`/_${ANYTHING}`);
  return declaration(
    [...patterns, ...files, internal, ...patternTemplates(nodes)],
    [...paths, ...files, ...pathTemplates(nodes)],
  );
}

/** Returns the entries of `public/`, one level deep: enough to distinguish files from mistakes. */
export function publicNames(publicDir: URL): string[] {
  try {
    const entries = readdirSync(publicDir, { withFileTypes: true });
    return entries.map((entry) => `${entry.name}${entry.isDirectory() ? '/' : ''}`).sort();
  } catch {
    return [];
  }
}

/**
 * The file of the declaration, to which Astro's types refer. Astro does not write it, because it writes its own files
 * only once, and partly before it knows the routes.
 */
export class RouteTypesFile {
  readonly #path: string;
  #written: string | undefined;

  constructor(url: URL) {
    this.#path = fileURLToPath(url);
    // A file that is referred to must exist.
    if (!existsSync(this.#path)) this.write('declare namespace App {\n  interface RouteTypes {}\n}\n');
  }

  /** Writes a declaration, if it has changed. */
  write(content: string): void {
    if (content === this.#written) return;
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(this.#path, content);
    this.#written = content;
  }
}

function declaration(patterns: readonly string[], paths: readonly string[]): string {
  return `declare namespace App {
  interface RouteTypes {
    pattern:${unionOf(patterns)};
    path:${unionOf(paths)};
  }
}
`;
}

function patternsOf({ shown, isRoute, isOpen, children }: RouteNode): string[] {
  const hasMore = isOpen || children.size > 0;
  const patterns = [...(isRoute ? [shown || '/'] : []), `${shown}/**`, ...(hasMore ? [`${shown}/*`] : [])];
  return patterns.map(textOf);
}

/** Leaves out paths with whitespace or with characters that would end the path. */
function pathsOf({ head, isRoute, isFixed }: RouteNode): string[] {
  return isRoute && isFixed && !/[\s?#\\]/.test(head) ? [textOf(head || '/')] : [];
}

function pathTemplates(nodes: readonly RouteNode[]): string[] {
  const places = nodes.filter(({ isBelowOpen }) => !isBelowOpen);
  const open = places.filter(({ isOpen }) => isOpen).map(({ head }) => anyOf(`${head}/${ANYTHING}`));
  const routes = places.filter(({ isRoute }) => isRoute);
  const parts = routes.filter(({ isFixed }) => !isFixed).map(({ head }) => anyOf(head));
  const ends = routes.length > MOST_PAGES ? endsOf(`/${ANYTHING}`) : routes.flatMap(({ head }) => endsOf(head));
  return [...open, ...parts, ...ends];
}

/** Returns types for a path with a trailing slash, a query or a fragment. */
function endsOf(head: string): string[] {
  const ends = head === '' ? ['/?', '/#'] : ['?', '#', '/?', '/#'];
  return [...ends.map((end) => anyOf(`${head}${end}${ANYTHING}`)), slashed(head)];
}

/** Returns templates for patterns, the strictest for places near the root. */
function patternTemplates(nodes: readonly RouteNode[]): string[] {
  const places = nodes.filter(({ isBelowOpen }) => !isBelowOpen);
  const routes = places.filter(({ isRoute }) => isRoute);
  const heads = routes.length > MOST_PAGES ? [`/${ANYTHING}`] : routes.map(({ head }) => head);
  const templates = [...heads.map(slashed), ...routes.filter(({ isFixed }) => !isFixed).map(({ head }) => anyOf(head))];
  for (const node of places) {
    const room = (MOST_TEMPLATES - templates.length) / 2;
    templates.push(...(node.isOpen ? [`${node.head}/${ANYTHING}`] : wildcardsBelow(node, room)).map(anyOf));
  }
  return templates;
}

/**
 * Returns patterns whose first wildcard is directly below this place. The text before the wildcard must begin like one
 * of its children.
 */
function wildcardsBelow({ head, children }: RouteNode, room: number): string[] {
  if (children.size === 0) return [];
  const names = [...children.keys()].map((name) => name.split(ANYTHING, 1)[0] ?? '');
  const below = LENGTHS.map((length) => beginningsOf(names, length)).find((found) => found.length <= room);
  return [...WILDCARDS, ...(below ?? WILDCARDS_IN_TEXT.map((wildcard) => ANYTHING + wildcard))].map(
    (text) => `${head}/${text}${ANYTHING}`,
  );
}

/**
 * Returns the beginnings of these names up to a length, each with a wildcard after it. Names longer than that accept
 * anything after it.
 */
function beginningsOf(names: readonly string[], length: number): string[] {
  const beginnings = new Set<string>();
  for (const name of names) {
    const letters = [...name];
    for (let end = 1; end <= Math.min(length, letters.length); end++) beginnings.add(letters.slice(0, end).join(''));
    if (letters.length > length) beginnings.add(letters.slice(0, length).join('') + ANYTHING);
  }
  return [...beginnings].flatMap((text) => WILDCARDS_IN_TEXT.map((wildcard) => text + wildcard));
}

function unionOf(types: readonly string[]): string {
  return types.length === 0 ? ' never' : [...new Set(types)].map((type) => `\n      | ${type}`).join('');
}

/** Returns a string literal type, which editors suggest. */
function textOf(text: string): string {
  return JSON.stringify(text);
}

/**
 * Returns a template type, which editors do not suggest. Without the intersection it would absorb the literals that
 * they should suggest.
 */
function anyOf(text: string): string {
  return `(${templateOf(text)} & {})`;
}

/** Returns a path with a trailing slash. A template type, because editors would otherwise suggest every page twice. */
function slashed(head: string): string {
  return head === '' ? textOf('/') : `(${templateOf(`${head}/${ANYTHING}`)} & ${templateOf(`${ANYTHING}${head}/`)})`;
}

/** The placeholder for any string in a template literal type. */
const placeholder = `$${'{string}'}`;

function templateOf(text: string): string {
  return `\`${text.replace(/[`\\]|\$\{/g, '\\$&').replaceAll(ANYTHING, () => placeholder)}\``;
}
