import { injectable } from '../injectable.js';
import { MadeClasses } from '../session/made-classes.js';
import { AccessRule } from './access-rule.js';
import { GuardConfig } from './guard-config.js';
import { PathIndex } from './paths/path-index.js';

/** The rules in the order they are listed: the first one that matches a path decides. */
@injectable()
export class AccessRules {
  readonly all: readonly AccessRule[];
  /** What is asked where everything is protected and no rule matches. */
  readonly signedIn: AccessRule;
  /** Whether some page is to look as if it were not there. */
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
   * The rule that decides.
   *
   * @param path Decoded, without the site's base.
   * @param method In capitals.
   * @throws For a path that would take too long; the guard answers that with 400.
   */
  find(path: string, method = 'GET'): AccessRule | undefined {
    return this.#enforced.first(path, method);
  }

  /** The rule that decides about what has several names: of those that its names lead to, the first one in the list. */
  findFirst(names: readonly string[], method = 'GET'): AccessRule | undefined {
    if (names.length === 1) return this.find(names[0] ?? '', method);
    const rules = names.map((name) => this.find(name, method)).filter((rule) => rule !== undefined);
    const place = (rule: AccessRule) => this.all.indexOf(rule);
    return rules.reduce<AccessRule | undefined>(
      (first, rule) => (first && place(first) <= place(rule) ? first : rule),
      undefined,
    );
  }

  /** A rule with `enforce: false` that would have a say, were it to decide. Otherwise as {@link find}. */
  findReportOnly(path: string, method = 'GET'): AccessRule | undefined {
    return this.reports ? this.#reportOnly.first(path, method) : undefined;
  }

  /** The rule that decides about what is not there: no rule hides that. Otherwise as {@link find}. */
  findShown(path: string, method = 'GET'): AccessRule | undefined {
    this.#shown ??= new RuleList(this.#enforced.rules.filter(({ status }) => status === undefined));
    return this.#shown.first(path, method);
  }

  /** Whether some rule only reports whom it would refuse. */
  get reports(): boolean {
    return this.#reportOnly.rules.length > 0;
  }

  /** Whether no path can have a rule. A `find` of a subclass may know of others than those listed. */
  get isEmpty(): boolean {
    return this.all.length === 0 && this.find === AccessRules.prototype.find;
  }
}

/** Rules of which the first one that is for a path and a method decides. */
export class RuleList {
  /** Rules for each method that some rule names, and for all others those that name none. */
  readonly #byMethod: ReadonlyMap<string, Indexed>;
  readonly #forOthers: Indexed;

  constructor(readonly rules: readonly AccessRule[]) {
    const named = new Set(rules.flatMap(({ methods = [] }) => methods));
    // Whoever may not GET a page may not ask for its head either.
    if (named.has('GET')) named.add('HEAD');
    this.#byMethod = new Map([...named].map((method) => [method, new Indexed(rules, method)]));
    this.#forOthers = new Indexed(rules.filter(({ methods }) => methods === undefined));
  }

  /** @param path Decoded, without the site's base. @param method In capitals. */
  first(path: string, method: string): AccessRule | undefined {
    return (this.#byMethod.get(method) ?? this.#forOthers).first(path);
  }
}

/** The rules that are for one method. */
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
