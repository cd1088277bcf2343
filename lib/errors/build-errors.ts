import { GatehouseError } from './gatehouse-error.js';

/** A page or file that is served without running any middleware, although a rule or `globalProtect` covers it. */
export interface UnguardedFile {
  /** The path under which it is served; for a page with parameters, the pattern of its route. */
  readonly path: string;
  /** The path of the source file, relative to the project's root. */
  readonly file: string;
  /** The rule as the report prints it, or `globalProtect`. */
  readonly protectedBy: string;
}

/** Rules cover pages that are prerendered, or files in the public folder. Thrown by `astro build`. */
export class UnguardedFilesError extends GatehouseError {
  constructor(readonly files: readonly UnguardedFile[]) {
    const list = files.map(({ path, file, protectedBy }) => `  - ${path} (${file}): ${protectedBy}`).join('\n');
    super(
      'UNGUARDED_FILES',
      `These are served as static files, so no check runs before them, although they must be protected:\n${list}\n` +
        `Add "export const prerender = false" to a page (or output: 'server' to astro.config, for all of them), move a file ` +
        `out of the public folder, or remove it from what protects it: from the pattern of the rule, the page's guard, or ` +
        `globalProtect (list it in exclude). To build anyway, set prerendered: 'warn'.`,
    );
  }
}

/** Rules never apply. A warning of `astro build`, and an error with `strict`. */
export class UselessRulesError extends GatehouseError {
  /** @param problems One sentence for each such rule. */
  constructor(readonly problems: readonly string[]) {
    super(
      'USELESS_RULES',
      `These rules have no effect:\n${problems.map((problem) => `  - ${problem}`).join('\n')}\n` +
        `Correct a rule's pattern, move it before the one that hides it, or remove it.`,
    );
  }
}

/** Rules match nothing and can only be mistakes. Thrown by `astro build`. */
export class MistakenRulesError extends GatehouseError {
  /** @param problems One sentence for each such rule. */
  constructor(readonly problems: readonly string[]) {
    super(
      'MISTAKEN_RULES',
      `These rules protect nothing, so they must be mistakes:\n` +
        `${problems.map((problem) => `  - ${problem}`).join('\n')}\nCorrect or remove them.`,
    );
  }
}

/**
 * Rules redirect refused visitors to a page that refuses them again. A warning of `astro build` and when the server
 * starts; an error with `strict`.
 */
export class DeadEndsError extends GatehouseError {
  /** @param problems One sentence for each such rule. */
  constructor(readonly problems: readonly string[]) {
    super(
      'DEAD_ENDS',
      `These rules redirect refused visitors to a page that refuses them again, so they get 401 or 403 instead of a ` +
        `page:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
  }
}

/**
 * Refused visitors are led to pages that the site does not have, or cannot render there. A warning of `astro build`, and
 * an error with `strict`.
 */
export class MissingPagesError extends GatehouseError {
  /** @param problems One sentence for each such page. */
  constructor(readonly problems: readonly string[]) {
    super(
      'MISSING_PAGES',
      `Refused visitors get an error in place of a page:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
  }
}

/**
 * Pages with `status: 404` must look as if they did not exist, but cannot. A warning of `astro build`, and an error
 * with `strict`.
 */
export class HiddenPagesRevealedError extends GatehouseError {
  /** @param files The prerendered 404 pages. */
  constructor(readonly files: readonly string[]) {
    super(
      'HIDDEN_PAGES_REVEALED',
      `Pages with status: 404 must look as if they did not exist. A visitor can still detect them, because these 404 ` +
        `pages are prerendered and served without running the site's code:\n` +
        `${files.map((file) => `  - ${file}`).join('\n')}\nAdd "export const prerender = false" to each of them.`,
    );
  }
}

/**
 * A protected route has an entry in `routeRules`, so a cache would serve it without a check. Thrown by `astro build`.
 */
export class GuardedRouteCachedError extends GatehouseError {
  constructor(readonly routes: readonly { route: string; protectedBy: string; entry: string }[]) {
    const list = routes.map(
      ({ route, protectedBy, entry }) => `  - ${route}: ${protectedBy}, and routeRules['${entry}']`,
    );
    super(
      'GUARDED_ROUTE_CACHED',
      `These routes must be protected, but routeRules in astro.config caches them, which would show them to ` +
        `everybody:\n${list.join('\n')}\nRemove the entry from routeRules, narrow its pattern to public routes, or ` +
        `remove the page from the rule.`,
    );
  }
}

/** A protected route is served from a cache of the host. Thrown by `astro build`. */
export class GuardedRouteInIsrError extends GatehouseError {
  constructor(readonly routes: readonly { route: string; protectedBy: string }[]) {
    const list = routes.map(({ route, protectedBy }) => `  - ${route}: ${protectedBy}`);
    const exclude = [...new Set(routes.map(({ route }) => `'${route}'`))].join(', ');
    super(
      'GUARDED_ROUTE_IN_ISR',
      `isr of @astrojs/vercel answers these routes before any middleware runs, and shows one visitor's answer to ` +
        `everybody:\n${list.join('\n')}\nExclude them in astro.config: isr: { exclude: [${exclude}] }.`,
    );
  }
}

/** The setup module cannot be loaded during the build, so its rules are unknown. */
export class SetupNotLoadedError extends GatehouseError {
  constructor(
    readonly file: string,
    readonly reason: string,
  ) {
    super(
      'SETUP_NOT_LOADED',
      `${file} could not be loaded while the site was built: ${reason}. The report does not contain its rules, and ` +
        `nothing checked whether they cover static files. Open connections, and read values that only the server ` +
        `has, inside the functions that you register: services.override(SessionStore, () => new ` +
        `MyStore(process.env.URL)).`,
    );
  }
}

/** The project composes Astro's request pipeline itself and leaves this package out. */
export class UnguardedPipelineError extends GatehouseError {
  constructor(readonly file: string) {
    super(
      'UNGUARDED_PIPELINE',
      `${file} composes the request pipeline and does not import astro-gatehouse/fetch: every request that it ` +
        `answers before Astro's middleware runs is open to everybody. Put guard() of astro-gatehouse/fetch before ` +
        `actions() and pages().`,
    );
  }
}

/** The store cannot keep sessions where the adapter deploys the site. Thrown by `astro build`, and by `sqlite` in a Worker. */
export class UnhostedStoreError extends GatehouseError {
  /** @param host The name of the host. @param reason Why it cannot. @param instead The stores to use there. */
  constructor(
    readonly store: string,
    readonly host: string,
    reason: string,
    instead: string,
  ) {
    super('UNHOSTED_STORE', `The store ${store} cannot keep sessions on ${host}: ${reason}. Use ${instead}.`);
  }
}

/** The adapter runs middleware in another process than pages. Thrown by `astro build`. */
export class EdgeMiddlewareError extends GatehouseError {
  constructor(readonly adapter: string) {
    super(
      'EDGE_MIDDLEWARE',
      `${adapter} runs middleware apart from the pages (middlewareMode: 'edge'), where sessions and visitors cannot ` +
        "be handed over to them, so every page would fail. Remove middlewareMode: 'edge' from the adapter's options.",
    );
  }
}

/** A Worker would not start, because it lacks Node's modules. Thrown by `astro build`. */
export class NodejsCompatMissingError extends GatehouseError {
  /** @param date The Worker's compatibility date. */
  constructor(readonly date: string) {
    super(
      'NODEJS_COMPAT_MISSING',
      `This Worker (compatibility_date ${date}) would not start, because it lacks Node's modules, such as ` +
        'node:async_hooks: add "compatibility_flags": ["nodejs_compat"] to wrangler.jsonc.',
    );
  }
}

/** Code for the browser imports a part of the package that runs on the server. Thrown by `astro build` and `astro dev`. */
export class ServerCodeInBrowserError extends GatehouseError {
  /** @param importer The file with the import, relative to the project's root. @param imported The name it imports. */
  constructor(
    readonly importer: string,
    readonly imported: string,
  ) {
    super(
      'SERVER_CODE_IN_BROWSER',
      `${importer} imports '${imported}' in code for the browser (a <script>, a component with a client: directive, or ` +
        `what one of them imports), but that runs on the server only. Call it in the frontmatter of a page, an action ` +
        `or an endpoint, which the browser can call. Types may be imported: import type { … } from '${imported}'.`,
    );
  }
}
