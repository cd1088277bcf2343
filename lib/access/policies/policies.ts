import { nearestName } from '../../base/nearest-name.js';
import { shortened } from '../../base/text.js';
import { UnknownAbilityError } from '../../errors/index.js';
import { Policy } from './policy.js';

/** Maximum number of characters of an ability that an error names. */
const LONGEST_NAMED = 100;

/** A class of policies. */
export type PolicyClass = abstract new (...given: never[]) => Policy<never>;

/** The policies of an application, by the name of the records that they are about. */
export type PolicyOptions = Readonly<Record<string, PolicyClass>>;

/** An ability that a policy has: the policy's class, and the name of its method. */
interface FoundAbility {
  readonly policy: PolicyClass;
  readonly method: string;
}

/** The registered policies, and their abilities by name. */
export class Policies {
  readonly #abilities = new Map<string, FoundAbility>();
  readonly classes: readonly PolicyClass[];

  constructor(options: PolicyOptions = {}) {
    this.classes = [...new Set(Object.values(options))];
    for (const [name, policy] of Object.entries(options)) {
      for (const method of methodsOf(policy)) this.#abilities.set(`${name}:${method}`, { policy, method });
    }
  }

  /** @throws {UnknownAbilityError} When no policy has the ability. */
  find(ability: string): FoundAbility {
    const found = this.#abilities.get(ability);
    if (found) return found;
    const names = [...this.#abilities.keys()];
    const asked = String(ability);
    // A visitor may have sent a part of it.
    throw new UnknownAbilityError(shortened(asked, LONGEST_NAMED), names, nearestName(asked, names));
  }
}

/** Returns the names of the methods that a class and its parents declare, up to {@link Policy}. */
function methodsOf({ prototype }: PolicyClass): string[] {
  const names = new Set<string>();
  for (
    let level: object = prototype;
    level !== Policy.prototype && level !== null;
    level = Object.getPrototypeOf(level)
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      if (typeof value === 'function' && !(name in Policy.prototype)) names.add(name);
    }
  }
  return [...names];
}
