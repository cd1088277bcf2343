import { MadeClasses } from '../../session/made-classes.js';
import { AccessRule, type RuleOptions } from '../access-rule.js';

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
   * @param route The pattern of the route whose file exports it, for logs and events.
   */
  constructor(guard: Guard, Rule: typeof AccessRule = AccessRule, route?: string) {
    const entries: readonly GuardEntry[] = Array.isArray(guard) ? guard : [guard];
    this.#entries = entries.map((entry) => {
      if (entry === 'public' || entry === 'guest') return entry;
      const rule = new Rule({ ...(entry === 'user' ? {} : entry), pattern: '/**' });
      // Set afterwards, because the constructor of an application's class may pass on the options alone.
      if (route !== undefined) Reflect.set(rule, 'guardOf', route);
      return rule.isPublic && rule.methods === undefined ? 'public' : rule;
    });
  }

  /** True when every visitor may see the page. */
  get isPublic(): boolean {
    return this.#entries.includes('public');
  }

  /** Checks whether every visitor may send requests with a method. @param method In capitals. */
  isPublicFor(method: string): boolean {
    return this.isPublic || this.rulesFor(method).some((rule) => rule.isPublic);
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

  /** The methods that its entries name. */
  get methods(): readonly string[] {
    return this.#entries.flatMap((entry) => (entry instanceof AccessRule ? (entry.methods ?? []) : []));
  }

  /** Returns the requirements, of which a visitor has to meet one. @param method In capitals. */
  rulesFor(method: string): readonly AccessRule[] {
    return this.#entries.filter((entry) => entry instanceof AccessRule).filter((rule) => rule.isFor(method));
  }

  /** The pages of the site that it sends visitors to who have to sign in again. */
  get signInPaths(): readonly string[] {
    const rules = this.#entries.filter((entry) => entry instanceof AccessRule);
    const asking = rules.filter(({ mayAskAgain }) => mayAskAgain);
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

/** Loads the `guard` that the file of a route exports; `undefined` when it exports none. */
export type GuardLoader = (routePattern: string) => Promise<Guard | undefined>;

/** The guards in the files of pages and endpoints, by route. */
export class PageGuards {
  readonly #loaded = new Map<string, PageGuard | undefined>();
  readonly #Rule = MadeClasses.current.of(AccessRule);

  /**
   * @param load Loads the guard of a route; left out where no page has a guard.
   * @param keeps Loads each guard once; `false` loads it for every request, for development.
   * @param routes Returns the patterns of all routes whose files may have a guard.
   */
  constructor(
    private readonly load?: GuardLoader,
    private readonly keeps = true,
    private readonly routes: () => Promise<readonly string[]> = async () => [],
  ) {}

  /** True when no page can have a guard. */
  get isEmpty(): boolean {
    return this.load === undefined;
  }

  /**
   * @param routePattern The pattern of the route in Astro's notation.
   * @returns A promise only while the page's file has to be loaded.
   * @throws Errors of the page's file, and of the validation of its guard.
   */
  of(routePattern: string): PageGuard | undefined | Promise<PageGuard | undefined> {
    if (!this.load || this.#loaded.has(routePattern)) return this.#loaded.get(routePattern);
    return this.#load(routePattern, this.load);
  }

  /** Returns the pages where guards let visitors sign in again. It loads every page that may have a guard: call it rarely. */
  async signInPaths(): Promise<readonly string[]> {
    const guards = await Promise.all((await this.routes()).map((route) => this.of(route)));
    return guards.flatMap((guard) => guard?.signInPaths ?? []);
  }

  async #load(routePattern: string, load: GuardLoader): Promise<PageGuard | undefined> {
    const guard = await load(routePattern);
    const pageGuard = guard === undefined ? undefined : new PageGuard(guard, this.#Rule, routePattern);
    if (this.keeps) this.#loaded.set(routePattern, pageGuard);
    return pageGuard;
  }
}
