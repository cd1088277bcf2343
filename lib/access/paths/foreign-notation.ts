/** A parameter in the notation of another router, and the equivalent pattern. */
export interface ForeignNotation {
  /** The parameter: `:id`. */
  readonly found: string;
  /** The whole pattern in the notation of this package; `undefined` when it has no equivalent. */
  readonly pattern: string | undefined;
}

/** The number of segments that a parameter of another router matches: one, one or more, or any number. */
type Span = 'one' | 'some' | 'any';

/** A notation of other routers. */
interface Reader {
  readonly notation: RegExp;
  /** Returns the meaning of a match: a placeholder, or a string to replace it; `undefined` when it is no parameter. */
  readonly read: (match: readonly string[]) => Placeholder | string | undefined;
}

interface Placeholder {
  readonly span: Span;
  readonly name?: string | undefined;
}

/** A placeholder, marked by private-use characters, which no address contains, until its whole segment is known. */
const PLACEHOLDER = /\ue001(one|some|any) ([^\ue002]*)\ue002/g;
const LOOK_AROUND = /\(\?<?[!=][^)]*\)?/;
const NAME = '[A-Za-z_$][\\w$]*';
/** Usual names for the rest of a path in path-to-regexp: `*splat`. Any other word after `*` may be an ending. */
const WILDCARD_NAMES = 'splat|path|rest|all|any|wildcard|catchall|catchAll|slug|params|filepath';
/** Matches constraints of a parameter that also match slashes: `(.*)`, `(.+)`, `{.+}`. */
const TAKES_SLASHES = /^[({]\.[*+]\??[)}]$/;

const READERS: readonly Reader[] = [
  // The beginning of a regular expression.
  { notation: /^\^/g, read: () => '' },
  // Express 5, Hono, path-to-regexp: an optional group, with its slash.
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
  // Regular expressions: `(.*)`, `([^/]+)`, `(\\d+)`, and the same without parentheses where it is unambiguous.
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
 * Finds parameters and wildcards of other routers in a pattern. Here they would be plain text and protect nothing.
 *
 * @returns The first of them, with the equivalent pattern; `undefined` when the pattern contains none.
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

/** Returns the pattern for placeholders. One that fills a segment keeps its name; next to other text it becomes `*`. */
function written(read: string): string {
  const segments = read.split('/').flatMap((segment) => {
    if (segment === '**') return [segment];
    const [whole, span = '', name = ''] = [...segment.matchAll(PLACEHOLDER)][0] ?? [];
    if (whole === segment && segment !== '') return own(span, name);
    // `/dashboard(.*)` means the page and everything below it.
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
