import { injectable } from '../injectable.js';
import { MadeClasses } from '../session/made-classes.js';
import { AccessRule } from './access-rule.js';
import { GuardConfig } from './guard-config.js';
import { PathIndex } from './path-index.js';

/** The rules in the order they are listed: the first one that matches a path decides. */
@injectable()
export class AccessRules {
  readonly #rules: readonly AccessRule[];
  readonly #index: PathIndex;
  /** What is asked where everything is protected and no rule matches. */
  readonly signedIn: AccessRule;

  constructor(config: GuardConfig, made: MadeClasses) {
    const Rule = made.of(AccessRule);
    this.#rules = config.protect.map((options) => new Rule(options));
    this.signedIn = new Rule({ pattern: '/**' });
    this.#index = new PathIndex(this.#rules.map((rule) => rule.path));
  }

  /** @param path Decoded, without the site's base. */
  find(path: string): AccessRule | undefined {
    return this.#rules[this.#index.first(path)];
  }

  /** Whether no path can have a rule. A `find` of a subclass may know of others than those listed. */
  get isEmpty(): boolean {
    return this.#rules.length === 0 && this.find === AccessRules.prototype.find;
  }

  get all(): readonly AccessRule[] {
    return this.#rules;
  }
}
