import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ANYTHING, type RouteNode, RouteTree, type TreeRoute } from './route-tree.js';

/** What a wildcard may begin with, and what it may where text stands before it. */
const WILDCARDS = ['*', '?', '[', '{', '(', '@(', '+(', '!('];
const WILDCARDS_IN_TEXT = ['*', '?', '[', '{'];
/** Each is compared with each pattern of a project: with many more of them an editor would keep its user waiting. */
const MOST_TEMPLATES = 4000;
/** Of more pages than these it is not checked what a query or a slash stands behind. */
const MOST_PAGES = 500;
/** How much of a name is looked at before a wildcard; where there are too many names, less. */
const LENGTHS = [Number.POSITIVE_INFINITY, 8, 6, 4, 3, 2, 1];

/** What is known of a project when its types are written. */
export interface RouteFacts {
  readonly routes: readonly TreeRoute[];
  /** What lies in `public/`, folders with a slash at their end. */
  readonly publicNames: readonly string[];
  /** Whether what is not there is an error. */
  readonly isStrict: boolean;
}

/** The declaration of `App.RouteTypes` for a project. */
export function routeTypes({ routes, publicNames, isStrict }: RouteFacts): string {
  const nodes = new RouteTree(routes).nodes();
  const [patterns, paths] = [nodes.flatMap(patternsOf), nodes.flatMap(pathsOf)];
  if (!isStrict) return declaration([...patterns, '(string & {})'], [...paths, '(string & {})']);
  const files = publicNames.map((name) => (name.endsWith('/') ? anyOf(`/${name}${ANYTHING}`) : textOf(`/${name}`)));
  // What Astro itself serves: actions, islands, images and the files of a build.
  const internal = anyOf(`/_${ANYTHING}`);
  return declaration(
    [...patterns, ...files, internal, ...patternTemplates(nodes)],
    [...paths, ...files, ...pathTemplates(nodes)],
  );
}

/** What lies in `public/`, one level deep: enough to tell what is a file from what is a slip. */
export function publicNames(publicDir: URL): string[] {
  try {
    const entries = readdirSync(publicDir, { withFileTypes: true });
    return entries.map((entry) => `${entry.name}${entry.isDirectory() ? '/' : ''}`).sort();
  } catch {
    return [];
  }
}

/**
 * The file of the declaration, which Astro refers to and leaves to us: what it writes itself it writes once, and partly
 * before it knows the routes.
 */
export class RouteTypesFile {
  readonly #path: string;
  #written: string | undefined;

  constructor(url: URL) {
    this.#path = fileURLToPath(url);
    // What is referred to must be there, whatever comes.
    if (!existsSync(this.#path)) this.write('declare namespace App {\n  interface RouteTypes {}\n}\n');
  }

  /** Puts another declaration in its place, if it is another. */
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

/** Those with a blank in them would end a header. */
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

/** With a slash, a query or a fragment behind it. */
function endsOf(head: string): string[] {
  const ends = head === '' ? ['/?', '/#'] : ['?', '#', '/?', '/#'];
  return [...ends.map((end) => anyOf(`${head}${end}${ANYTHING}`)), slashed(head)];
}

/** Places nearest to the root are checked most closely. */
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

/** Patterns whose first wildcard is right below this place: its segment may begin as one begins that is there. */
function wildcardsBelow({ head, children }: RouteNode, room: number): string[] {
  if (children.size === 0) return [];
  const names = [...children.keys()].map((name) => name.split(ANYTHING, 1)[0] ?? '');
  const below = LENGTHS.map((length) => beginningsOf(names, length)).find((found) => found.length <= room);
  return [...WILDCARDS, ...(below ?? WILDCARDS_IN_TEXT.map((wildcard) => ANYTHING + wildcard))].map(
    (text) => `${head}/${text}${ANYTHING}`,
  );
}

/** With a wildcard behind each: all that these names begin with, up to a length, from which on anything may follow. */
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

/** A text, which editors offer. */
function textOf(text: string): string {
  return JSON.stringify(text);
}

/** Texts that editors do not offer. A template alone would swallow those that they are to offer. */
function anyOf(text: string): string {
  return `(${templateOf(text)} & {})`;
}

/** With a slash at its end. Not a text, for editors would offer every page twice. */
function slashed(head: string): string {
  return head === '' ? textOf('/') : `(${templateOf(`${head}/${ANYTHING}`)} & ${templateOf(`${ANYTHING}${head}/`)})`;
}

/** As a template of TypeScript has it. */
const placeholder = `$${'{string}'}`;

function templateOf(text: string): string {
  return `\`${text.replace(/[`\\]|\$\{/g, '\\$&').replaceAll(ANYTHING, () => placeholder)}\``;
}
