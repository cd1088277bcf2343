import { injectable } from '../injectable.js';
import { MadeClasses } from '../session/made-classes.js';
import { AccessRule } from './access-rule.js';
import { GuardConfig } from './guard/guard-config.js';
import { PathIndex } from './paths/path-index.js';

/** The rules in the order of the list: the first one that matches a path decides. */
@injectable()
export class AccessRules {
  readonly all: readonly AccessRule[];
  /** The rule for pages that no rule matches, where everything is protected. */
  readonly signedIn: AccessRule;
  /** True when a rule hides pages: refused visitors get the answer for a page that does not exist. */
  readonly hides: boolean;
  readonly #enforced: RuleList;
  #shown: RuleList | undefined;
  readonly #reportOnly: RuleList;

  constructor(config: GuardConfig) {
    const Rule = MadeClasses.current.of(AccessRule);
    this.all = config.protect.map((options) => new Rule(options));
    this.signedIn = new Rule({ pattern: '/**' });
    this.hides = this.all.some(({ status }) => status === 404);
    this.#enforced = new RuleList(this.all.filter(({ enforce }) => enforce));
    this.#reportOnly = new RuleList(this.all.filter(({ enforce }) => !enforce));
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
    this.#shown ??= new RuleList(this.#enforced.rules.filter(({ status }) => status === undefined));
    return this.#shown.first(path, method);
  }

  /** True when a rule only reports whom it would refuse. */
  get reports(): boolean {
    return this.#reportOnly.rules.length > 0;
  }

  /** True when no path can have a rule. A subclass that overrides `find` may have rules that are not in the list. */
  get isEmpty(): boolean {
    return this.all.length === 0 && this.find === AccessRules.prototype.find;
  }
}

/** A list of rules, of which the first one for a path and a method decides. */
export class RuleList {
  /** The rules by method, for each method that a rule names. Other methods have the rules that name none. */
  readonly #byMethod: ReadonlyMap<string, Indexed>;
  readonly #forOthers: Indexed;

  constructor(readonly rules: readonly AccessRule[]) {
    const named = new Set(rules.flatMap(({ methods = [] }) => methods));
    // A rule for GET is for HEAD as well.
    if (named.has('GET')) named.add('HEAD');
    this.#byMethod = new Map([...named].map((method) => [method, new Indexed(rules, method)]));
    this.#forOthers = new Indexed(rules.filter(({ methods }) => methods === undefined));
  }

  /** @param path Decoded, without the site's base. @param method In capitals. */
  first(path: string, method: string): AccessRule | undefined {
    return (this.#byMethod.get(method) ?? this.#forOthers).first(path);
  }
}

/** The rules for one method. */
class Indexed {
  readonly #rules: readonly AccessRule[];
  readonly #index: PathIndex;

  constructor(rules: readonly AccessRule[], method?: string) {
    this.#rules = method === undefined ? rules : rules.filter((rule) => rule.isFor(method));
    this.#index = new PathIndex(this.#rules.map((rule) => rule.path));
  }

  first(path: string): AccessRule | undefined {
    return this.#rules[this.#index.first(path)];
  }
}
