import type { AccessRule } from '../../access/access-rule.js';
import type { AccessRules } from '../../access/access-rules.js';
import { PageGuard } from '../../access/page-guard.js';
import type { Demand } from '../../access/verdict.js';

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
