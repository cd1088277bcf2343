import { injectable } from '../injectable.js';
import { MadeClasses } from '../session/made-classes.js';
import { AccessRule } from './access-rule.js';
import { GuardConfig } from './guard/guard-config.js';
import { MethodIndex } from './paths/method-index.js';

/** The rules in the order of the list: the first one that matches a path decides. */
@injectable()
export class AccessRules {
  readonly all: readonly AccessRule[];
  /** The rule for pages that no rule matches, where everything is protected. */
  readonly signedIn: AccessRule;
  /** True when a rule hides pages: refused visitors get the answer for a page that does not exist. */
  readonly hides: boolean;
  readonly #enforced: MethodIndex<AccessRule>;
  #shown: MethodIndex<AccessRule> | undefined;
  readonly #reportOnly: MethodIndex<AccessRule>;

  constructor(config: GuardConfig) {
    const Rule = MadeClasses.current.of(AccessRule);
    this.all = config.protect.map((options) => new Rule(options));
    this.signedIn = new Rule({ pattern: '/**' });
    this.hides = this.all.some(({ status }) => status === 404);
    this.#enforced = new MethodIndex(this.all.filter(({ enforce }) => enforce));
    this.#reportOnly = new MethodIndex(this.all.filter(({ enforce }) => !enforce));
  }

  /**
   * Finds the rule that decides.
   *
   * @param path Decoded, without the site's base.
   * @param method In capitals.
   * @throws For a path that would take too long; the guard answers it with 400.
   */
  find(path: string, method = 'GET'): AccessRule | undefined {
    return this.#enforced.first(path, method);
  }

  /** Finds the rule for something with several names: of the rules that match one of them, the first in the list. */
  findFirst(names: readonly string[], method = 'GET'): AccessRule | undefined {
    if (names.length === 1) return this.find(names[0] ?? '', method);
    const rules = names.map((name) => this.find(name, method)).filter((rule) => rule !== undefined);
    const place = (rule: AccessRule) => this.all.indexOf(rule);
    return rules.reduce<AccessRule | undefined>(
      (first, rule) => (first && place(first) <= place(rule) ? first : rule),
      undefined,
    );
  }

  /** Finds the rule with `enforce: false` that would decide if it were enforced. Otherwise as {@link find}. */
  findReportOnly(path: string, method = 'GET'): AccessRule | undefined {
    return this.reports ? this.#reportOnly.first(path, method) : undefined;
  }

  /** Finds the rule for a page that does not exist: rules that hide pages are left out. Otherwise as {@link find}. */
  findShown(path: string, method = 'GET'): AccessRule | undefined {
    this.#shown ??= new MethodIndex(this.#enforced.entries.filter(({ status }) => status === undefined));
    return this.#shown.first(path, method);
  }

  /** True when a rule only reports whom it would refuse. */
  get reports(): boolean {
    return this.#reportOnly.entries.length > 0;
  }

  /** True when no path can have a rule. A subclass that overrides `find` may have rules that are not in the list. */
  get isEmpty(): boolean {
    return this.all.length === 0 && this.find === AccessRules.prototype.find;
  }
}
