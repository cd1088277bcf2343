import { AccessRule, type AccessRuleOptions } from '../../lib/access/access-rule.js';
import { PathPattern } from '../../lib/access/paths/path-pattern.js';
import { ErrorPages } from '../../lib/access/paths/special-paths.js';
import type { DescribedRoute, SiteDescription } from '../../lib/access/report/site-description.js';
import { describeRule } from '../../lib/access/report/site-description.js';

/** A page made on demand, unless something else is said of it. */
export function route(pattern: string, more: Partial<DescribedRoute> = {}): DescribedRoute {
  const { segments } = new PathPattern(pattern);
  const isErrorPage = new ErrorPages().has(pattern);
  const file = `src/pages${pattern}`;
  return { kind: 'page', pattern, segments, file, isPrerendered: false, isErrorPage, fallbacks: [], ...more };
}

/** A site with these rules in its config, and nothing else unless it is said. */
export function site(
  protect: readonly AccessRuleOptions[] = [],
  {
    routes = [],
    ...more
  }: Partial<Omit<SiteDescription, 'routes'>> & { routes?: readonly (string | DescribedRoute)[] } = {},
): SiteDescription {
  return {
    routes: routes.map((each) => (typeof each === 'string' ? route(each) : each)),
    rules: protect.map((rule, at) => ({ ...describeRule(new AccessRule(rule)), place: `protect[${at}]` })),
    actions: [],
    islands: [],
    publicFiles: [],
    globalProtect: false,
    exclude: [],
    loginPaths: ['/login'],
    enforce: true,
    ...more,
  };
}
