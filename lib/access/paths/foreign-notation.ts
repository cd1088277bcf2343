/** A parameter as another router writes it, and what stands for the same here. */
export interface ForeignNotation {
  /** What was found: `:id`. */
  readonly found: string;
  /** The whole pattern as it is written here; `undefined` for what patterns cannot say. */
  readonly pattern: string | undefined;
}

/** How many segments a parameter of another router takes. */
type Span = 'one' | 'some' | 'any';

/** Reads a notation. @returns What it stands for, or `undefined` where the match is no parameter after all. */
interface Reader {
  readonly notation: RegExp;
  readonly read: (match: readonly string[]) => Placeholder | string | undefined;
}

interface Placeholder {
  readonly span: Span;
  readonly name?: string | undefined;
}

/** Characters for private use, which addresses do not hold, stand around what was read until a whole segment is known. */
const PLACEHOLDER = /\ue001(one|some|any) ([^\ue002]*)\ue002/g;
const LOOK_AROUND = /\(\?<?[!=][^)]*\)?/;
const NAME = '[A-Za-z_$][\\w$]*';
/** Names under which path-to-regexp's users catch the rest of a path: `*splat`. Any other word may be an ending. */
const WILDCARD_NAMES = 'splat|path|rest|all|any|wildcard|catchall|catchAll|slug|params|filepath';
/** Constraints of a parameter that slashes pass: `(.*)`, `(.+)`, `{.+}`. */
const TAKES_SLASHES = /^[({]\.[*+]\??[)}]$/;

const READERS: readonly Reader[] = [
  // A regular expression's start.
  { notation: /^\^/g, read: () => '' },
  // Express 5, Hono, path-to-regexp: a group that may be left out, with its slash.
  { notation: /(?<!\\)\{\/[^{}]*\}[*+?]?/g, read: () => '/\ue001any \ue002' },
  { notation: /\((?:\?:)?\/(?:\.[*+]\??|:?\w+)\)[*+?]?/g, read: () => '/\ue001any \ue002' },
  // Express, Next, Clerk, Hono, Vue, Rails: `:id`, `:id?`, `:path*`, `:path+`, `:id(\\d+)`, `:id{[0-9]+}`.
  {
    notation: new RegExp(`(?<![\\w*\\])}\\\\]):(${NAME})(\\((?:[^()]|\\([^()]*\\))*\\)|\\{[^{}]*\\})?([*+?])?`, 'g'),
    read: ([, name, constraint = '', modifier = '']) => {
      if (modifier === '*' || modifier === '?') return { span: 'any', name };
      if (modifier === '+') return { span: 'some', name };
      return { span: TAKES_SLASHES.test(constraint) ? 'any' : 'one', name };
    },
  },
  // Spring, FastAPI, OpenAPI, ASP.NET, Go: `{id}`, `{id:int}`, `{id?}`, `{*path}`, `{path...}`, `{$}`; also `${id}`.
  {
    notation: /(?<!\\)\$?\{(\*{0,2})([A-Za-z_$][\w$-]*)?((?:[:?=*+]|\.{3})(?:[^{}]|\{[^{}]*\})*)?\}/g,
    read: ([, stars, name, more = '']) => {
      if (!name) return undefined;
      if (name === '$') return '';
      const takesAll = stars !== '' || /^(?:\.{3}|\*|\?|:path$|:\.[*+])/.test(more);
      return { span: takesAll ? 'any' : more.startsWith('+') ? 'some' : 'one', name };
    },
  },
  // Flask, Django: `<id>`, `<int:id>`, `<path:rest>`.
  {
    notation: new RegExp(`(?<!\\?)<(?:(\\w+)(?:\\([^)]*\\))?:)?(${NAME})(\\?)?>`, 'g'),
    read: ([, converter, name, optional]) => ({ span: converter === 'path' || optional ? 'any' : 'one', name }),
  },
  // Remix, TanStack: `$id`, `$`, `($lang)`.
  { notation: new RegExp(`(?<=/)\\(\\$(${NAME})\\)(?=/|$)`, 'g'), read: ([, name]) => ({ span: 'any', name }) },
  {
    notation: /(?<=\/)\$([A-Za-z_]\w*)?(?=\/|$)/g,
    read: ([, name]) => ({ span: name ? 'one' : 'any', name }),
  },
  // Next, SvelteKit: `[[...slug]]`, `[[lang]]`, `[id=integer]`.
  { notation: /\[\[(?:\.{3})?([\w$-]+)(?:=\w+)?\]\]/g, read: ([, name]) => ({ span: 'any', name }) },
  {
    notation: new RegExp(`\\[(\\.{3})?(${NAME})=\\w+\\]`, 'g'),
    read: ([, rest, name]) => ({ span: rest ? 'any' : 'one', name }),
  },
  // Regular expressions: `(.*)`, `([^/]+)`, `(\\d+)`, and the same without parentheses where nothing else can be meant.
  {
    notation: /(?<![*+@!?])\((?:\?:)?\.([*+])\??\)[*+?]?/g,
    read: ([, sign]) => ({ span: sign === '*' ? 'any' : 'some' }),
  },
  { notation: /(?<=\/)\.([*+])(?=\/|$)/g, read: ([, sign]) => ({ span: sign === '*' ? 'any' : 'some' }) },
  {
    notation: /(?<![*+@!?])\((?:\?(?::|P?<\w+>))?(?:\[\^\\?\/\][*+]|\\[dwWSs][*+]?)\)|\[\^\\?\/\][*+]|\\[dwWSs][*+]?/g,
    read: () => ({ span: 'one' }),
  },
  // Express 5: `*splat`.
  { notation: new RegExp(`(?<=/)\\*(${WILDCARD_NAMES})(?=/|$)`, 'g'), read: ([, name]) => ({ span: 'some', name }) },
];

/**
 * Finds in a pattern the parameters and wildcards of other routers, which would be plain text here and protect nothing.
 *
 * @returns `undefined` for a pattern without any.
 */
export function foreignNotation(pattern: string): ForeignNotation | undefined {
  const [lookAround] = LOOK_AROUND.exec(pattern) ?? [];
  if (lookAround !== undefined) return { found: lookAround, pattern: undefined };
  let found: string | undefined;
  let read = pattern;
  for (const { notation, read: readOne } of READERS) {
    read = read.replace(notation, (match, ...groups) => {
      const meaning = readOne([match, ...groups.slice(0, -2)]);
      if (meaning === undefined) return match;
      found ??= match;
      return typeof meaning === 'string' ? meaning : `\ue001${meaning.span} ${meaning.name ?? ''}\ue002`;
    });
  }
  return found === undefined ? undefined : { found, pattern: written(read) };
}

/** Parameters that fill a segment keep their names; beside other text each is a `*`. */
function written(read: string): string {
  const segments = read.split('/').flatMap((segment) => {
    if (segment === '**') return [segment];
    const [whole, span = '', name = ''] = [...segment.matchAll(PLACEHOLDER)][0] ?? [];
    if (whole === segment && segment !== '') return own(span, name);
    // `/dashboard(.*)` is the page and all that is under it.
    const spansAtEnd = /\ue001(?:some|any) [^\ue002]*\ue002$/.test(segment);
    const [text = ''] = spansAtEnd ? segment.split(/\ue001(?:some|any) [^\ue002]*\ue002$/) : [segment];
    const glob = text.replace(PLACEHOLDER, '*').replace(/\*{2,}/g, '*');
    const begun = spansAtEnd && !/[\w*)}\]]$/.test(glob) ? `${glob}*` : glob;
    return spansAtEnd ? [begun, '**'] : [glob];
  });
  const path = segments.filter((segment, at) => segment !== '' || at === 0).join('/');
  const once = path.replace(/(?:\/\*\*)+(?=\/|$)/g, '/**');
  return once.startsWith('/') ? once : `/${once}`;
}

function own(span: string, name: string): string {
  if (span === 'some') return '*';
  if (span === 'one') return `[${/^[A-Za-z_$][\w$]*$/.test(name) ? name : 'id'}]`;
  return name === '' ? '**' : `[...${name}]`;
}
