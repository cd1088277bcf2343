import { AccessRule, type RuleOptions } from './access-rule.js';

/** One of those whom a page admits: everybody, who is signed in, who is not, or who meets a requirement. */
export type GuardEntry = 'public' | 'user' | 'guest' | RuleOptions;

/**
 * What a page's or an endpoint's own file says of who may see it. A list admits whomever one of its entries admits.
 *
 * @example export const guard: Guard = { role: 'admin' };
 */
export type Guard = GuardEntry | readonly GuardEntry[];

/** Takes a rule's place for one route: {@link Guard}, ready to be asked. */
export class PageGuard {
  readonly #entries: readonly (AccessRule | 'public' | 'guest')[];

  /**
   * @param guard Checked before.
   * @param Rule The class that rules are made of.
   */
  constructor(guard: Guard, Rule: typeof AccessRule = AccessRule) {
    const entries: readonly GuardEntry[] = Array.isArray(guard) ? guard : [guard];
    this.#entries = entries.map((entry) => {
      if (entry === 'public' || entry === 'guest') return entry;
      return new Rule({ ...(entry === 'user' ? {} : entry), pattern: '/**' });
    });
  }

  /** Whether everybody may see the page. */
  get isPublic(): boolean {
    return this.#entries.includes('public');
  }

  /** Whether visitors who are not signed in may see the page. */
  get admitsGuests(): boolean {
    return this.isPublic || this.#entries.includes('guest');
  }

  /** Whether nobody but those may see it who are not signed in: they are sent home, and not told "no". */
  get isForGuestsOnly(): boolean {
    return this.#entries.every((entry) => entry === 'guest');
  }

  /** Whether it refuses; otherwise it only says whom it would, and the rules decide. */
  get enforces(): boolean {
    return this.#entries.every((entry) => !(entry instanceof AccessRule) || entry.enforce);
  }

  /** Whether it has a say about a request of this method. */
  isFor(method: string): boolean {
    return this.admitsGuests || this.rulesFor(method).length > 0;
  }

  /** The requirements of which one is enough. @param method In capitals. */
  rulesFor(method: string): readonly AccessRule[] {
    return this.#entries.filter((entry) => entry instanceof AccessRule).filter((rule) => rule.isFor(method));
  }

  /** Pages of the site where those sign in again whom it asks to. */
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
