/** Where Astro answers calls of actions, and sends server islands, without the site's base. */
const ACTIONS = '/_actions/';
const ISLANDS = '/_server-islands/';
/** Stands for a slash in the name of an action, which is one segment to rules: a star takes the whole of it. */
const SLASH_IN_NAME = '\u2215';

/** The path that stands for an action in rules, however it is called: `/_actions/admin.remove`. */
export function actionPath(name: string): string {
  return ACTIONS + name.replaceAll('/', SLASH_IN_NAME);
}

/** The path that stands for a server island in rules, by one of its names: `/_server-islands/AdminPanel`. */
export function islandPath(name: string): string {
  return ISLANDS + name;
}

/** The pattern of a rule for server islands: by a component's name, or by a file, of which folders may be left out. */
export function islandPattern(island: string): string {
  const isFile = island.includes('/') || /\.(?:astro|mdx?|[cm]?[jt]sx?)$/.test(island);
  return isFile ? `${ISLANDS}**/${island.replace(/^(?:\.{0,2}\/|[@~]\/)+/, '')}` : islandPath(island);
}

/**
 * @param written As it stands in a path or a form: its parts may be encoded, and a slash may follow.
 * @returns The name by which Astro looks the action up.
 * @throws {URIError} For what cannot be decoded, and so is no action's name.
 */
export function canonicalActionName(written: string): string {
  return written.replace(/\/$/, '').split('.').map(decodeURIComponent).join('.');
}

/** Whether a path is one that Astro itself serves and nobody opens as a page. @param base The site's base. */
export function isInternalPath(pathname: string, base: string): boolean {
  return [ACTIONS, ISLANDS, '/_image', '/_astro/'].some((start) => pathname.startsWith(base + start));
}

/** A language of `i18n.locales` in astro.config. */
export type Locale = string | { readonly path: string };

/**
 * The pages that Astro renders for a page that does not exist or has failed: `/404` and `/500`, also in each language. They
 * are rendered under any address, and for every visitor.
 */
export class ErrorPages {
  constructor(private readonly locales: readonly Locale[] = []) {}

  /** @param routePattern In Astro's notation. @returns The status of an error page; `undefined` for any other route. */
  statusOf(routePattern: string): 404 | 500 | undefined {
    const status = routePattern.endsWith('/404') ? 404 : routePattern.endsWith('/500') ? 500 : undefined;
    if (status === undefined || routePattern.length === '/404'.length) return status;
    const language = routePattern.slice(1, -'/404'.length);
    return this.#isLanguage(language) ? status : undefined;
  }

  has(routePattern: string): boolean {
    return this.statusOf(routePattern) !== undefined;
  }

  /** Returns the route that the language's own 404 page would have. @param path Without the site's base. */
  notFoundIn(path: string): string | undefined {
    const [first] = path.split('/', 3).filter((segment) => segment !== '');
    return first !== undefined && this.#isLanguage(first) ? `/${first}/404` : undefined;
  }

  /** @see node_modules/astro/dist/i18n/error-routes.js: the folder of a locale object is compared to the letter. */
  #isLanguage(segment: string): boolean {
    return this.locales.some((locale) =>
      typeof locale === 'string' ? comparable(locale) === comparable(segment) : locale.path === segment,
    );
  }
}

function comparable(locale: string): string {
  return locale.replaceAll('_', '-').toLowerCase();
}
