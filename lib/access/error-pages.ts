/** A language as `i18n.locales` of astro.config names it. */
export type Locale = string | { readonly path: string };

/**
 * The pages that Astro shows in place of what is not there, or has failed: `/404` and `/500`, and those of each language.
 * They stand for whatever address was asked for, and are for everybody.
 */
export class ErrorPages {
  constructor(private readonly locales: readonly Locale[] = []) {}

  /** @param routePattern As Astro writes it. @returns `undefined` for every route that is no error page. */
  statusOf(routePattern: string): 404 | 500 | undefined {
    const status = routePattern.endsWith('/404') ? 404 : routePattern.endsWith('/500') ? 500 : undefined;
    if (status === undefined || routePattern.length === '/404'.length) return status;
    const language = routePattern.slice(1, -'/404'.length);
    return this.#isLanguage(language) ? status : undefined;
  }

  has(routePattern: string): boolean {
    return this.statusOf(routePattern) !== undefined;
  }

  /** The route of the language's own 404 page, which a site may have. @param path Without the site's base. */
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
