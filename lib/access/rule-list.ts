import type { AccessRule } from './access-rule.js';
import { PathIndex } from './path-index.js';

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
