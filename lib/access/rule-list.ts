import type { AccessRule } from './access-rule.js';
import { PathIndex } from './path-index.js';

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
