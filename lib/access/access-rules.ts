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

  constructor(config: GuardConfig, made: MadeClasses) {
    const Rule = made.of(AccessRule);
    this.#rules = config.protect.map((options) => new Rule(options));
    this.#index = new PathIndex(this.#rules.map((rule) => rule.path));
  }

  /** @param path Decoded, without the site's base. */
  find(path: string): AccessRule | undefined {
    return this.#rules[this.#index.first(path)];
  }

  get isEmpty(): boolean {
    return this.#rules.length === 0;
  }

  get all(): readonly AccessRule[] {
    return this.#rules;
  }
}
