import { GatehouseError } from './gatehouse-error.js';

/** A page or file that is served without any middleware, though something was to protect it. */
export interface UnguardedFile {
  /** The path under which it is served; for a page with parameters, its pattern. */
  readonly path: string;
  /** From the project's root. */
  readonly file: string;
  /** The rule, as it is listed, or `globalProtect`. */
  readonly protectedBy: string;
}

/** Rules cover what is made while the site is built, or lies in the public folder. Thrown by `astro build`. */
export class UnguardedFilesError extends GatehouseError {
  constructor(readonly files: readonly UnguardedFile[]) {
    const list = files.map(({ path, file, protectedBy }) => `  - ${path} (${file}): ${protectedBy}`).join('\n');
    super(
      'UNGUARDED_FILES',
      `These are served as files, without asking anybody, though they are to be protected:\n${list}\n` +
        `Give a page "export const prerender = false" (and move a file out of the public folder), or take it out of the ` +
        `rule (or list it in exclude), or say prerendered: 'warn' to build all the same.`,
    );
  }
}

/** Rules are never asked. A warning of `astro build`, and an error with `strict`. */
export class UselessRulesError extends GatehouseError {
  /** @param problems One sentence for each such rule. */
  constructor(readonly problems: readonly string[]) {
    super(
      'USELESS_RULES',
      `These rules do nothing:\n${problems.map((problem) => `  - ${problem}`).join('\n')}\n` +
        `Correct a rule's pattern, move it before the one that hides it, or remove it.`,
    );
  }
}

/** Rules match nothing, and can only be mistakes. Thrown by `astro build`. */
export class MistakenRulesError extends GatehouseError {
  /** @param problems One sentence for each such rule. */
  constructor(readonly problems: readonly string[]) {
    super(
      'MISTAKEN_RULES',
      `These rules protect nothing, and cannot be meant so:\n${problems.map((problem) => `  - ${problem}`).join('\n')}\n` +
        `Correct them, or remove them.`,
    );
  }
}

/** Rules send visitors where they are refused again. A warning of `astro build` and of a start, and an error with `strict`. */
export class DeadEndsError extends GatehouseError {
  /** @param problems One sentence for each such rule. */
  constructor(readonly problems: readonly string[]) {
    super(
      'DEAD_ENDS',
      `These rules lead nowhere, and who is refused is answered with 401 or 403 in place of a page:\n` +
        problems.map((problem) => `  - ${problem}`).join('\n'),
    );
  }
}

/** Some pages are to look as if they were not there, and cannot. A warning of `astro build`, and an error with `strict`. */
export class HiddenPagesRevealedError extends GatehouseError {
  /** @param files 404 pages that are made once for everybody. */
  constructor(readonly files: readonly string[]) {
    super(
      'HIDDEN_PAGES_REVEALED',
      `Pages with status: 404 are to look as if they were not there, and can be told from what is not, because nothing of ` +
        `the site runs before a prerendered 404 page is shown:\n${files.map((file) => `  - ${file}`).join('\n')}\n` +
        `Write "export const prerender = false" in each of them.`,
    );
  }
}

/** A route that asks who is there has an entry in `routeRules`, and a cache does not ask. Thrown by `astro build`. */
export class GuardedRouteCachedError extends GatehouseError {
  constructor(readonly routes: readonly { route: string; protectedBy: string; entry: string }[]) {
    const list = routes.map(
      ({ route, protectedBy, entry }) => `  - ${route}: ${protectedBy}, and routeRules['${entry}']`,
    );
    super(
      'GUARDED_ROUTE_CACHED',
      `These are to be protected, and routeRules in astro.config has them cached, which would show them to anybody:\n` +
        `${list.join('\n')}\nTake the entry out of routeRules, or narrow its pattern to what everybody may see, or take ` +
        `the page out of the rule.`,
    );
  }
}

/** A route that asks who is there is answered by a cache of the host. Thrown by `astro build`. */
export class GuardedRouteInIsrError extends GatehouseError {
  constructor(readonly routes: readonly { route: string; protectedBy: string }[]) {
    const list = routes.map(({ route, protectedBy }) => `  - ${route}: ${protectedBy}`);
    const exclude = [...new Set(routes.map(({ route }) => `'${route}'`))].join(', ');
    super(
      'GUARDED_ROUTE_IN_ISR',
      `isr of @astrojs/vercel answers these ahead of any middleware, and shows one visitor's answer to everybody:\n` +
        `${list.join('\n')}\nAdd them to what it leaves out, in astro.config: isr: { exclude: [${exclude}] }.`,
    );
  }
}

/** The setup module cannot be loaded while the site is built, and so nobody knows its rules. */
export class SetupNotLoadedError extends GatehouseError {
  constructor(
    readonly file: string,
    readonly reason: string,
  ) {
    super(
      'SETUP_NOT_LOADED',
      `${file} could not be loaded while the site was built: ${reason}. The report lacks its rules, and whether they ` +
        `cover what is served as a file was not checked. Open connections, and read what only the server has, inside ` +
        `the functions that you register: services.override(SessionStore, () => new MyStore(process.env.URL)).`,
    );
  }
}

/** The project composes Astro's request pipeline itself and leaves this package out. */
export class UnguardedPipelineError extends GatehouseError {
  constructor(readonly file: string) {
    super(
      'UNGUARDED_PIPELINE',
      `${file} composes the request pipeline and does not import astro-gatehouse/fetch: what it answers before Astro's ` +
        `middleware runs is open to everybody. Put guard() of astro-gatehouse/fetch before actions() and pages().`,
    );
  }
}
