import { AccessRule, type RuleOptions } from './access-rule.js';

/** A group of visitors that a page admits: everyone, signed-in users, guests, or visitors who meet requirements. */
export type GuardEntry = 'public' | 'user' | 'guest' | RuleOptions;

/**
 * The guard that the file of a page or an endpoint exports. A list admits a visitor when one of its entries does.
 *
 * @example export const guard: Guard = { role: 'admin' };
 */
export type Guard = GuardEntry | readonly GuardEntry[];

/** A {@link Guard} ready to be checked. It takes the place of rules for one route. */
export class PageGuard {
  readonly #entries: readonly (AccessRule | 'public' | 'guest')[];

  /**
   * @param guard A guard whose options have been validated.
   * @param Rule The class of rules, which an application may have overridden.
   */
  constructor(guard: Guard, Rule: typeof AccessRule = AccessRule) {
    const entries: readonly GuardEntry[] = Array.isArray(guard) ? guard : [guard];
    this.#entries = entries.map((entry) => {
      if (entry === 'public' || entry === 'guest') return entry;
      return new Rule({ ...(entry === 'user' ? {} : entry), pattern: '/**' });
    });
  }

  /** True when every visitor may see the page. */
  get isPublic(): boolean {
    return this.#entries.includes('public');
  }

  /** True when guests may see the page. */
  get admitsGuests(): boolean {
    return this.isPublic || this.#entries.includes('guest');
  }

  /** True when only guests may see the page: signed-in visitors are sent home instead of being refused. */
  get isForGuestsOnly(): boolean {
    return this.#entries.every((entry) => entry === 'guest');
  }

  /** True when it refuses visitors; otherwise it only logs whom it would refuse, and the rules decide. */
  get enforces(): boolean {
    return this.#entries.every((entry) => !(entry instanceof AccessRule) || entry.enforce);
  }

  /** Checks whether it is for requests with this method. */
  isFor(method: string): boolean {
    return this.admitsGuests || this.rulesFor(method).length > 0;
  }

  /** Returns the requirements, of which a visitor has to meet one. @param method In capitals. */
  rulesFor(method: string): readonly AccessRule[] {
    return this.#entries.filter((entry) => entry instanceof AccessRule).filter((rule) => rule.isFor(method));
  }

  /** The pages of the site that it sends visitors to who have to sign in again. */
  get signInPaths(): readonly string[] {
    const rules = this.#entries.filter((entry) => entry instanceof AccessRule);
    const asking = rules.filter(({ authenticatedWithin }) => authenticatedWithin !== undefined);
    return asking.flatMap(({ redirectTo }) => (redirectTo?.startsWith('/') ? [redirectTo] : []));
  }

  /** The guard in words, for logs and reports. */
  toString(): string {
    return this.#entries.map((entry) => (entry instanceof AccessRule ? wordsFor(entry) : entry)).join(', or ');
  }
}

function wordsFor({ demand, methods, enforce }: AccessRule): string {
  return `${methods ? `${methods.join(', ')} ` : ''}${demand}${enforce ? '' : ', report only'}`;
}
