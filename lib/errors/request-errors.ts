import { GatehouseError } from './gatehouse-error.js';

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
  /** @param alias The other name of the helper. */
  constructor(
    readonly helper: string,
    alias?: string,
  ) {
    super(
      'OUTSIDE_REQUEST',
      `${named(helper, alias)} found no request. Call it while one is being answered, pass the Astro context as its last argument, ` +
        `and make sure the page is not prerendered (export const prerender = false) and gatehouse() is among the ` +
        `integrations.`,
    );
  }
}

/** A helper was called with arguments that it does not take. */
export class InvalidCallError extends GatehouseError {
  /**
   * @param helper How it is called: `hasRole(role, context?)`.
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
