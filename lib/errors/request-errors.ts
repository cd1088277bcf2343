import { GatehouseError } from './gatehouse-error.js';

/** One `locals` object was passed with several requests. */
export class SharedLocalsError extends GatehouseError {
  constructor() {
    super(
      'SHARED_LOCALS',
      `The same locals object was passed with another request and contains that visitor's session. Pass a new object ` +
        `each time you call the server's handler: handler(request, response, next, { … }).`,
    );
  }
}

/** A helper was called outside of a request. */
export class OutsideRequestError extends GatehouseError {
  /**
   * @param helper The helper's name with parentheses: `signIn()`.
   * @param alias The helper's other name, if it has one: `setSession()`.
   */
  constructor(
    readonly helper: string,
    alias?: string,
  ) {
    super(
      'OUTSIDE_REQUEST',
      `${named(helper, alias)} found no request. Call it while a request is being answered, pass the Astro context as ` +
        `its last argument, and make sure that the page is not prerendered (export const prerender = false) and that ` +
        `gatehouse() is among the integrations.`,
    );
  }
}

/** `openSession` found no running site in this process, or several of them. */
export class SiteNotFoundError extends GatehouseError {
  /** @param running The names of the running sites. @param asked The name that was asked for. */
  constructor(
    readonly running: readonly string[],
    readonly asked?: string,
  ) {
    super('SITE_NOT_FOUND', siteProblem(running, asked));
  }
}

function siteProblem(running: readonly string[], asked: string | undefined): string {
  if (running.length === 0) {
    return (
      'openSession() found no running site in this process. Import the built server first, in the same process: ' +
      "import { handler } from './dist/server/entry.mjs'. In development the site starts with its first request. In a " +
      'build, make sure that gatehouse() is among the integrations, and that pages are rendered on demand.'
    );
  }
  const names = running.map((name) => `'${name}'`).join(', ');
  const problem =
    asked === undefined ? 'found several running sites' : `found no running site with the name '${asked}'`;
  return `openSession() ${problem} in this process. Name the site by the name of its session cookie: { site: … }, one of ${names}.`;
}

/** A session that was opened outside a page was to be changed. */
export class ReadOnlySessionError extends GatehouseError {
  /** @param operation The name of what was called: `set()`. */
  constructor(readonly operation: string) {
    super(
      'READ_ONLY_SESSION',
      `session.${operation} is not available in a session that openSession() opened: there is no response that could ` +
        `carry its cookie. Read it with get(), has() and all(), and change it in a page, an endpoint or an action.`,
    );
  }
}

/** The session of an open connection has ended. It is the reason of the signal that tells this. */
export class SessionEndedError extends GatehouseError {
  constructor(readonly why: SessionEnd) {
    super('SESSION_ENDED', `The session of this connection has ended (${why}). Close the connection.`);
  }
}

/**
 * The reason why a session is over for an open connection. `expired`: it was not used for too long, or its absolute timeout
 * has passed. `ended`: its visitor signed out or signed in again, or it was revoked. `another-user`: its visitor is
 * another one now, or nobody. `unknown`: the store could not be read. `refused`: another site opened the connection.
 */
export type SessionEnd = 'expired' | 'ended' | 'another-user' | 'unknown' | 'refused';

/** A helper was called with arguments that it does not take. */
export class InvalidCallError extends GatehouseError {
  /**
   * @param helper The signature of the helper: `hasRole(role, context?)`.
   * @param alias The other name of the helper.
   */
  constructor(
    readonly helper: string,
    readonly problem: string,
    alias?: string,
  ) {
    super('INVALID_CALL', `${named(helper.replace(/\(.*/, '()'), alias)} ${problem}. Call it like this: ${helper}.`);
  }
}

function named(helper: string, alias: string | undefined): string {
  return alias === undefined ? helper : `${helper} (also called ${alias})`;
}

/** The reason why a visitor was refused. */
export type DenialCode =
  | 'NOT_SIGNED_IN'
  | 'MISSING_ROLE'
  | 'MISSING_PERMISSION'
  | 'NOT_ALLOWED'
  /** The last sign-in is older than `authenticatedWithin` allows, or the session is only remembered. */
  | 'SIGN_IN_AGAIN'
  /** The visitor is impersonated, and this needs the user's own sign-in. */
  | 'IMPERSONATED'
  /** The visitor is signed in, but only guests are allowed. */
  | 'FOR_GUESTS_ONLY'
  | 'CHECK_FAILED';

/** The page's own code refused a visitor who is not signed in or not allowed. */
export class AccessDeniedError extends GatehouseError {
  constructor(
    /** 401 when the visitor must sign in (again); otherwise 403, or the status that a policy chose. */
    readonly status: number,
    /** True when a browser's navigation may be redirected to the login page instead. */
    readonly mayRedirect: boolean,
    readonly reason: string,
    readonly denial: DenialCode = status === 401 ? 'NOT_SIGNED_IN' : 'NOT_ALLOWED',
    /** The required roles or permissions that the visitor does not have. */
    readonly missing: readonly string[] = [],
    /** The ability that a policy refused: `invoice:edit`. Its `reason` is the policy's own message. */
    readonly ability?: string | undefined,
  ) {
    super(
      status === 401 ? 'UNAUTHORIZED' : 'FORBIDDEN',
      `Refused: ${ability === undefined ? '' : `${ability}: `}${reason}. Gatehouse answers this error with ${status}. If you ` +
        `see it as an exception, it was thrown after the response had started. Check in the page's own frontmatter, not in a nested component, and await the check.`,
    );
  }
}

/** `impersonate()` was called in an application that lets nobody impersonate. */
export class ImpersonationOffError extends GatehouseError {
  constructor() {
    super(
      'IMPERSONATION_OFF',
      'impersonate() was called, but access.impersonate is not set, so nobody may. Set who may: ' +
        "access: { impersonate: { role: 'support' } }.",
    );
  }
}

/** `can()` or `authorize()` was called with an ability that no policy has. */
export class UnknownAbilityError extends GatehouseError {
  /** @param known The abilities that exist. @param nearest The one that was probably meant. */
  constructor(
    readonly ability: string,
    readonly known: readonly string[],
    readonly nearest?: string | undefined,
  ) {
    const question = nearest === undefined ? '' : `; did you mean ${nearest}?`;
    const list = known.length === 0 ? 'No policies are registered' : `There are ${known.join(', ')}`;
    super(
      'UNKNOWN_ABILITY',
      `No policy has the ability "${ability}"${question || '.'} ${list}. An ability is a public method of a class that ` +
        `policies of defineGatehouse({…}) names: policies: { invoice: InvoicePolicy } gives it the name "invoice:…".`,
    );
  }
}
