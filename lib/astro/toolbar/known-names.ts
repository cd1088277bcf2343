import type { AccessRule } from '../../access/access-rule.js';
import type { AccessRules } from '../../access/access-rules.js';
import type { PageGuards } from '../../access/page-guards.js';
import type { ProjectRoutes } from '../project-routes.js';
import type { ToolbarState } from './toolbar-state.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const MOST_NAMES = 200;

/** Returns the roles and permissions that rules, guards of pages and the role hierarchy name, sorted. */
export async function knownNames(
  rules: AccessRules,
  guards: PageGuards,
  hierarchy: Readonly<Record<string, readonly string[]>>,
  { pages }: Pick<ProjectRoutes, 'pages'>,
): Promise<ToolbarState['known']> {
  const ofPages: AccessRule[] = [];
  for (const { pattern } of pages.filter(({ mayHaveGuard }) => mayHaveGuard)) {
    // An invalid guard is reported when its page is opened.
    const guard = await Promise.resolve(guards.of(pattern)).catch(() => undefined);
    ofPages.push(...METHODS.flatMap((method) => guard?.rulesFor(method) ?? []));
  }
  const all = [...rules.all, ...ofPages];
  return {
    roles: sorted([
      ...all.flatMap(({ acceptedRoleSets }) => acceptedRoleSets.flat()),
      ...Object.entries(hierarchy).flat(2),
    ]),
    permissions: sorted(all.flatMap(({ requiredPermissions }) => requiredPermissions)),
  };
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort().slice(0, MOST_NAMES);
}
