import { covers } from '../paths/pattern-sets.js';
import { actionPath, islandPath } from '../paths/special-paths.js';
import { placeOf } from './dead-ends.js';
import { EVERYBODY, literalSegments } from './path-protection.js';
import type { DescribedRoute, DescribedRule, SiteDescription } from './site-description.js';

/** A page to which an option leads refused visitors. */
interface Lead {
  /** The option, and the place of a rule. */
  readonly option: string;
  readonly page: string;
  readonly isRendered?: boolean;
}

/**
 * Finds pages to which refused visitors are led, and which the site does not have.
 *
 * @returns A sentence for each.
 */
export function missingPages(site: SiteDescription): string[] {
  const missing = leadsOf(site).filter(({ page }) => page.startsWith('/') && !isServed(site, placeOf(page)));
  return missing.map(({ option, page }) => `${option} leads to ${placeOf(page)}, where the site has no page`);
}

/**
 * Finds pages that are to be rendered at the addresses of others, and are files.
 *
 * @returns A sentence for each, with the cure.
 */
export function unrenderablePages(site: SiteDescription): string[] {
  return leadsOf(site).flatMap(({ option, page, isRendered }) => {
    const route = isRendered ? routeAt(site, placeOf(page)) : undefined;
    if (!route?.isPrerendered) return [];
    return [
      `${option} renders ${placeOf(page)}, which is prerendered, and so a file that cannot be rendered at another ` +
        `address: write export const prerender = false in ${route.file ?? route.pattern}`,
    ];
  });
}

function leadsOf(site: SiteDescription): Lead[] {
  const { rules, enforce, forbiddenPage, loginPaths } = site;
  if (!enforce) return [];
  const leading = rules.filter((rule) => rule.enforce && rule.demand !== EVERYBODY && opensPages(rule));
  return [
    ...(sendsToSignIn(site, leading) ? loginPaths.map((page) => ({ option: 'loginPath', page })) : []),
    ...(forbiddenPage ? [leadOf('forbiddenPath', forbiddenPage)] : []),
    ...leading.flatMap(({ place, text, redirectTo, forbiddenPage: own }) => [
      ...(redirectTo === undefined ? [] : [{ option: `redirectTo of ${place}, ${text},`, page: redirectTo }]),
      ...(own ? [leadOf(`forbiddenPath of ${place}, ${text},`, own)] : []),
    ]),
  ];
}

function leadOf(option: string, { path, isRendered }: NonNullable<SiteDescription['forbiddenPage']>): Lead {
  return { option, page: path, isRendered };
}

/** Checks whether a guest may be sent to `loginPath`. */
function sendsToSignIn({ globalProtect, routes }: SiteDescription, rules: readonly DescribedRule[]): boolean {
  const isForMembers = ({ guard }: DescribedRoute) =>
    guard !== undefined && !guard.isPublic && !guard.isForGuestsOnly && !guard.isReportOnly;
  return globalProtect || routes.some(isForMembers) || rules.some(({ redirectTo, hides }) => !redirectTo && !hides);
}

/** Checks whether a rule may be for something that a browser opens. */
function opensPages({ pattern }: DescribedRule): boolean {
  return !pattern.startsWith(actionPath('')) && !pattern.startsWith(islandPath(''));
}

function isServed(site: SiteDescription, path: string): boolean {
  const files = [path, `${path}.html`, `${path}/index.html`];
  return routeAt(site, path) !== undefined || site.publicFiles.some((file) => files.includes(file.path));
}

function routeAt({ routes }: SiteDescription, path: string): DescribedRoute | undefined {
  const segments = literalSegments(path);
  return routes.find((route) =>
    [route, ...route.fallbacks].some((each) => covers(each.segments, segments) && !route.isErrorPage),
  );
}
