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
