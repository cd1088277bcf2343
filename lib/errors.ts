/**
 * Every error of this package: one class per situation, each with a stable `code`, the names it is about, and a
 * message that ends with what to do. No message holds a secret, a cookie or session contents.
 */
export class GatehouseError extends Error {
  /** Stable identifier, fit for `switch` and for log queries. Never changes between minor versions. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(`[astro-gatehouse] ${message}`, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** An option is misspelt, of the wrong kind, or contradicts another. Thrown at start. */
export class InvalidOptionsError extends GatehouseError {
  /** @param problems One sentence for each thing that is wrong, each naming its option. */
  constructor(readonly problems: readonly string[]) {
    super('INVALID_OPTIONS', `Options are not right:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/** A production server was started without a secret. */
export class MissingSecretError extends GatehouseError {
  constructor(readonly variable: string) {
    super(
      'MISSING_SECRET',
      `No secret to seal sessions with: set ${variable} to at least 32 random characters before the server starts. ` +
        `Make one with: node -e "console.log(require('crypto').randomBytes(32).toString('base64url'))"`,
    );
  }
}

/** A secret is too short, or a placeholder, to protect anything in production. */
export class WeakSecretError extends GatehouseError {
  constructor(
    readonly source: string,
    readonly reason: string,
  ) {
    super(
      'WEAK_SECRET',
      `The secret from ${source} ${reason}. Use at least 32 random characters; make them with: ` +
        `node -e "console.log(require('crypto').randomBytes(32).toString('base64url'))"`,
    );
  }
}

/** A class given to `services.override` cannot take the place of the one it replaces. */
export class InvalidOverrideError extends GatehouseError {
  constructor(
    readonly replaced: string,
    readonly replacement: string,
    reason: string,
  ) {
    super('INVALID_OVERRIDE', `${replacement} cannot replace ${replaced}: ${reason}`);
  }
}

/** A class asks for a service that nobody registered. */
export class MissingServiceError extends GatehouseError {
  constructor(
    readonly service: string,
    readonly neededBy: string,
  ) {
    super(
      'MISSING_SERVICE',
      `${neededBy} needs ${service}, which is not registered. Add it in src/gatehouse.ts: ` +
        `services.shared(${service}) if one instance serves everybody, services.perRequest(${service}) if it holds ` +
        `something of the request, or services.shared(${service}, () => …) when it is abstract or made by hand.`,
    );
  }
}

/** A service that lives as long as the server asks for one that lives as long as a request. */
export class CaptiveServiceError extends GatehouseError {
  constructor(
    readonly service: string,
    readonly captive: string,
  ) {
    super(
      'CAPTIVE_SERVICE',
      `${service} is shared by all requests but needs ${captive}, which belongs to one request: the first visitor's ` +
        `would be kept for everybody. Register it with services.perRequest(${service}), or hand ${captive} to the ` +
        `method that needs it as an argument.`,
    );
  }
}

/** A service could not be constructed when the server started. */
export class ServiceConstructionError extends GatehouseError {
  constructor(
    readonly service: string,
    cause: unknown,
  ) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super('SERVICE_CONSTRUCTION', `${service} could not be made at start: ${reason}`, { cause });
  }
}

/** The session was changed after its cookie had been sent. */
export class SessionCommittedError extends GatehouseError {
  constructor(readonly operation: string) {
    super(
      'SESSION_COMMITTED',
      `${operation} came too late: the response head, and the session cookie with it, has been sent. A nested ` +
        `component renders while the page streams. Change the session in the page's own frontmatter, in an endpoint, ` +
        `in an action or in a middleware. A prerendered page has no session at all: give it ` +
        `export const prerender = false.`,
    );
  }
}

/** A value cannot be kept in a session. */
export class InvalidSessionValueError extends GatehouseError {
  constructor(
    readonly key: string,
    reason: string,
  ) {
    super(
      'INVALID_SESSION_VALUE',
      `The value of "${key}" cannot be kept in a session: ${reason}. Sessions keep plain JSON values, Date, Map, Set, ` +
        `URL and BigInt; turn instances of your own classes into plain objects first.`,
    );
  }
}

/** The sealed session does not fit in a cookie. */
export class SessionTooLargeError extends GatehouseError {
  constructor(
    readonly size: number,
    readonly limit: number,
    readonly largestKeys: readonly string[],
  ) {
    super(
      'SESSION_TOO_LARGE',
      `The session cookie would be ${size} bytes, and browsers keep ${limit}. Largest keys: ` +
        `${largestKeys.join(', ')}. Keep less in the session (an id instead of the object), or use a store on the ` +
        `server: session: { store: 'memory' }.`,
    );
  }
}

/** A session was changed by so many requests at once that this one never had its turn. */
export class SessionConflictError extends GatehouseError {
  constructor(readonly attempts: number) {
    super(
      'SESSION_CONFLICT',
      `The session was changed by other requests ${attempts} times while this one tried to store what it changed. ` +
        `Nothing of this request was stored. Have fewer requests at once change one session.`,
    );
  }
}

/** What was given to `setSession` or `updateSession` does not say who the visitor is. */
export class InvalidVisitorError extends GatehouseError {
  constructor(
    readonly key: string,
    expected: string,
  ) {
    super(
      'INVALID_VISITOR',
      `A signed-in visitor's "${key}" must be ${expected}. Correct what you give to setSession.`,
    );
  }
}

/** The store could not be asked, or could not keep what it was given: nobody knows what is in the session. */
export class StoreUnavailableError extends GatehouseError {
  constructor(
    /** `read`, `write` or `destroy`. */
    readonly operation: string,
    cause: unknown,
  ) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      'STORE_UNAVAILABLE',
      `The session store failed to ${operation}: ${reason} Guarded pages are answered with 503 until it is back, and the ` +
        `others as for a guest. See that the store runs and can be reached.`,
      { cause },
    );
  }
}

/** A store needs something to work with that is not there. */
export class MissingClientError extends GatehouseError {
  constructor(
    readonly store: string,
    readonly client: string,
    cure: string,
  ) {
    super('MISSING_CLIENT', `${store} needs ${client}, which is not there. ${cure}`);
  }
}

/** The store named `astro` found no Astro session to keep anything in. */
export class AstroSessionMissingError extends GatehouseError {
  constructor() {
    super(
      'ASTRO_SESSION_MISSING',
      `session.store is 'astro', but Astro has no session storage here. Configure session.driver in astro.config, use an ` +
        `adapter that brings one, or choose another store.`,
    );
  }
}

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

/** One `locals` object came with several requests. */
export class SharedLocalsError extends GatehouseError {
  constructor() {
    super(
      'SHARED_LOCALS',
      `The same locals object was handed over with another request, and holds that visitor's session. Where you call ` +
        `the server's handler, give it a new object each time: handler(request, response, next, { … }).`,
    );
  }
}

/** A helper that changes the session was called where there is no request. */
export class OutsideRequestError extends GatehouseError {
  constructor(readonly helper: string) {
    super(
      'OUTSIDE_REQUEST',
      `${helper} found no request. Call it while one is being answered, pass the Astro context as its first argument, ` +
        `and make sure the page is not prerendered (export const prerender = false) and gatehouse() is among the ` +
        `integrations.`,
    );
  }
}

/** Why a visitor may not. */
export type DenialCode =
  | 'NOT_SIGNED_IN'
  | 'MISSING_ROLE'
  | 'MISSING_PERMISSION'
  | 'NOT_ALLOWED'
  /** Signed in for longer than `authenticatedWithin` allows. */
  | 'SIGN_IN_AGAIN'
  /** Signed in, where only guests have something to do. */
  | 'FOR_GUESTS_ONLY'
  | 'CHECK_FAILED';

/** Somebody who is not signed in, or may not do this, was stopped by code of the page's own. */
export class AccessDeniedError extends GatehouseError {
  constructor(
    /** 401 for whoever can sign in, or has to do so again; 403 for anybody else. */
    readonly status: 401 | 403,
    /** Whether a browser's navigation may be sent to the login page instead. */
    readonly mayRedirect: boolean,
    readonly reason: string,
    readonly denial: DenialCode = status === 401 ? 'NOT_SIGNED_IN' : 'NOT_ALLOWED',
    /** The roles or permissions that were asked for and are not there. */
    readonly missing: readonly string[] = [],
  ) {
    super(
      status === 401 ? 'UNAUTHORIZED' : 'FORBIDDEN',
      `Refused: ${reason}. Gatehouse answers this with ${status}; if you see it as an exception, it was thrown where ` +
        `no answer can be given any more. Check in the page's own frontmatter, not in a nested component.`,
    );
  }
}
