import type { AccessRule } from '../../access/access-rule.js';
import type { AccessRules } from '../../access/access-rules.js';
import { PageGuard, type PageGuards } from '../../access/guard/page-guard.js';
import type { Demand } from '../../access/guard/verdict.js';
import type { ProjectRoutes } from '../start/project-routes.js';
import type { ToolbarState } from './toolbar-state.js';

/** Names rules and guards as reports do: `protect[1] of astro.config`, `guard of src/pages/x.astro`. */
export class RulePlaces {
  /**
   * @param configRules The number of rules from astro.config; the rules after them come from the setup module.
   * @param setupName The setup module's file.
   */
  constructor(
    private readonly rules: AccessRules,
    private readonly configRules: number,
    private readonly setupName: string | undefined,
  ) {}

  /** @param file The page's own file. */
  nameOf(demand: Demand, file: string | undefined): string {
    if (demand instanceof PageGuard) return `guard of ${file ?? 'the page'}`;
    return demand === this.rules.signedIn ? 'globalProtect' : this.#nameOfRule(demand);
  }

  #nameOfRule(rule: AccessRule): string {
    const at = this.rules.all.indexOf(rule);
    if (at < 0) return `the rule for ${rule.pattern}`;
    const isOfConfig = at < this.configRules;
    return isOfConfig ? `protect[${at}] of astro.config` : `protect[${at - this.configRules}] of ${this.setupName}`;
  }
}

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
    permissions: sorted(all.flatMap(({ namedPermissions }) => namedPermissions)),
  };
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort().slice(0, MOST_NAMES);
}
