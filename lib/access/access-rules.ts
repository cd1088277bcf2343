import { injectable } from '../injectable.js';
import { MadeClasses } from '../session/made-classes.js';
import { AccessRule } from './access-rule.js';
import { GuardConfig } from './guard-config.js';
import { PathIndex } from './path-index.js';

/** The rules in the order they are listed: the first one that matches a path decides. */
@injectable()
export class AccessRules {
  readonly #rules: readonly AccessRule[];
  /** Rules for each method that some rule names, and for all others those that name none. */
  readonly #byMethod: ReadonlyMap<string, Listed>;
  readonly #forOthers: Listed;
  /** What is asked where everything is protected and no rule matches. */
  readonly signedIn: AccessRule;

  constructor(config: GuardConfig, made: MadeClasses) {
    const Rule = made.of(AccessRule);
    this.#rules = config.protect.map((options) => new Rule(options));
    this.signedIn = new Rule({ pattern: '/**' });
    const named = new Set(this.#rules.flatMap(methodsOf));
    this.#byMethod = new Map([...named].map((method) => [method, new Listed(this.#rules, method)]));
    this.#forOthers = new Listed(this.#rules, undefined);
  }

  /** @param path Decoded, without the site's base. @param method In capitals. */
  find(path: string, method = 'GET'): AccessRule | undefined {
    return (this.#byMethod.get(method) ?? this.#forOthers).first(path);
  }

  /** Whether no path can have a rule. A `find` of a subclass may know of others than those listed. */
  get isEmpty(): boolean {
    return this.#rules.length === 0 && this.find === AccessRules.prototype.find;
  }

  get all(): readonly AccessRule[] {
    return this.#rules;
  }
}

/** The rules that are for one method. */
class Listed {
  readonly #rules: readonly AccessRule[];
  readonly #index: PathIndex;

  constructor(rules: readonly AccessRule[], method: string | undefined) {
    this.#rules = rules.filter((rule) => rule.methods === undefined || methodsOf(rule).includes(method ?? ''));
    this.#index = new PathIndex(this.#rules.map((rule) => rule.path));
  }

  first(path: string): AccessRule | undefined {
    return this.#rules[this.#index.first(path)];
  }
}

/** Whoever may not GET a page may not ask for its head either. */
function methodsOf({ methods = [] }: AccessRule): string[] {
  return methods.includes('GET') ? [...methods, 'HEAD'] : [...methods];
}
