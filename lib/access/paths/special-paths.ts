/** The beginnings of the paths under which Astro serves actions and server islands, without the site's base. */
const ACTIONS = '/_actions/';
const ISLANDS = '/_server-islands/';
/** Replaces a slash in an action's name, so that the name is one segment, which a `*` in a rule matches completely. */
const SLASH_IN_NAME = '\u2215';

/** Returns the path that represents an action in rules, however it is called: `/_actions/admin.remove`. */
export function actionPath(name: string): string {
  return ACTIONS + name.replaceAll('/', SLASH_IN_NAME);
}

/** Checks whether the pattern of a route is the one under which Astro runs actions. */
export function isActionPattern(pattern: string): boolean {
  return pattern.startsWith(ACTIONS);
}

/** Returns the path that represents a server island in rules, by one of its names: `/_server-islands/AdminPanel`. */
export function islandPath(name: string): string {
  return ISLANDS + name;
}

/**
 * Returns the pattern of a rule for a server island.
 *
 * @param island The component's name, or its file's path, whose first folders may be left out.
 */
export function islandPattern(island: string): string {
  const isFile = island.includes('/') || /\.(?:astro|mdx?|[cm]?[jt]sx?)$/.test(island);
  return isFile ? `${ISLANDS}**/${island.replace(/^(?:\.{0,2}\/|[@~]\/)+/, '')}` : islandPath(island);
}

/**
 * Returns the name by which Astro looks up an action.
 *
 * @param written The name in a path or a form: its parts may be percent-encoded, and a slash may follow it.
 * @throws {URIError} When it cannot be decoded, and so is no action's name.
 */
export function canonicalActionName(written: string): string {
  return written.replace(/\/$/, '').split('.').map(decodeURIComponent).join('.');
}

/** Checks whether Astro itself serves a path, which is then no page to open. @param base The site's base. */
export function isInternalPath(pathname: string, base: string): boolean {
  return [ACTIONS, ISLANDS, '/_image', '/_astro/'].some((start) => pathname.startsWith(base + start));
}

/** A language of `i18n.locales` in astro.config. */
export type Locale = string | { readonly path: string };

/**
 * The pages that Astro renders for a page that does not exist or has failed: `/404` and `/500`, also in each language.
 * They are rendered under any address, and for every visitor.
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
    const language = this.languageOf(path);
    return language === undefined ? undefined : `/${language}/404`;
  }

  /** Returns the folder of the language with which a path begins. @param path Without the site's base. */
  languageOf(path: string): string | undefined {
    if (this.locales.length === 0) return undefined;
    const [first] = path.split('/', 3).filter((segment) => segment !== '');
    return first !== undefined && this.#isLanguage(first) ? first : undefined;
  }

  /** @see node_modules/astro/dist/i18n/error-routes.js: the folder of a locale object is compared exactly. */
  #isLanguage(segment: string): boolean {
    return this.locales.some((locale) =>
      typeof locale === 'string' ? comparable(locale) === comparable(segment) : locale.path === segment,
    );
  }
}

function comparable(locale: string): string {
  return locale.replaceAll('_', '-').toLowerCase();
}
