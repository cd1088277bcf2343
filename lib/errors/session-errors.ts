import { GatehouseError } from './gatehouse-error.js';

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

/** The session does not fit in a cookie, or would take more of the store than it may. */
export class SessionTooLargeError extends GatehouseError {
  constructor(
    readonly size: number,
    readonly limit: number,
    readonly largestKeys: readonly string[],
    readonly place: 'cookie' | 'store' = 'cookie',
  ) {
    const [excess, cure] =
      place === 'cookie'
        ? [`The session cookie would be ${size} bytes, and browsers keep ${limit}`, COOKIE_CURE]
        : [
            `The session would take ${size} characters, and session.maxSize allows ${limit}`,
            'or raise session.maxSize.',
          ];
    const keys = `Largest keys: ${largestKeys.join(', ')}.`;
    super('SESSION_TOO_LARGE', `${excess}. ${keys} Keep less in the session (an id instead of the object), ${cure}`);
  }
}

const COOKIE_CURE = `or use a store on the server: store: { use: 'memory' }.`;

/** A session has as many keys as one may have. */
export class TooManyKeysError extends GatehouseError {
  constructor(
    readonly key: string,
    readonly limit: number,
  ) {
    super(
      'TOO_MANY_KEYS',
      `"${key}" found no place in a session that has ${limit} keys already. Keep what belongs together under one key, as ` +
        `a list, an object or a Map, and take out what nobody needs any more.`,
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

/** What was given to `signIn` (`setSession`) or `updateSession` does not say who the visitor is. */
export class InvalidVisitorError extends GatehouseError {
  constructor(
    readonly key: string,
    expected: string,
  ) {
    super(
      'INVALID_VISITOR',
      `A signed-in visitor's "${key}" must be ${expected}. Correct what you give to signIn(), also called setSession(), or to updateSession().`,
    );
  }
}

/** What is in a session does not fit `sessionData.schema`, and so would be gone with the next request. */
export class InvalidSessionDataError extends GatehouseError {
  constructor(
    readonly key: string,
    readonly issue: string,
  ) {
    super(
      'INVALID_SESSION_DATA',
      `The session would not fit sessionData.schema: ${key} is not as it should be, ${issue}. Nothing of this request was ` +
        `stored. Set what the schema takes; a key that a session may lack, as one does that has just begun, is optional ` +
        `there.`,
    );
  }
}

const FAILED: Record<string, string> = {
  reload: 'access.reload failed',
  schema: 'sessionData.schema or sessionData.migrate failed',
};

/** The store could not be asked, or could not keep what it was given: nobody knows what is in the session. */
export class StoreUnavailableError extends GatehouseError {
  constructor(
    /** `read`, `write` or `destroy`; `reload` or `schema` when it is `access.reload` or `sessionData.schema` that failed. */
    readonly operation: string,
    cause: unknown,
  ) {
    const reason = sentence(cause instanceof Error ? cause.message : String(cause));
    const asked = operation in FAILED ? 'what it asks' : 'the store';
    // Where a store knows why, it says what to do.
    const known: { cure?: string } = Object(cause);
    const cure = known.cure ?? `See that ${asked} runs and can be reached.`;
    super(
      'STORE_UNAVAILABLE',
      `${FAILED[operation] ?? `The session store failed to ${operation}`}: ${reason} Guarded pages are answered with 503 until it is back, and the ` +
        `others as for a guest. ${cure}`,
      { cause },
    );
  }
}

/** The store cannot tell which sessions are a user's. */
export class SessionsNotListedError extends GatehouseError {
  constructor(readonly store: string) {
    super(
      'SESSIONS_NOT_LISTED',
      `${store} cannot list the sessions of a user, and so cannot end them one by one. Use a store that can ` +
        `(store: { use: 'sqlite' }, 'redis' or 'memory'); to end all sessions of a user with any store, override ` +
        `RevocationList.`,
    );
  }
}

/** A list of a user's sessions lacks one that is there, so nobody knows what else it lacks. */
export class SessionListIncompleteError extends GatehouseError {
  constructor(readonly store: string) {
    super(
      'SESSION_LIST_INCOMPLETE',
      `The list of this user's sessions in ${store} lacks the one that asks, so others may be missing, and nothing was ended. ` +
        'Something dropped it: see that the database drops no keys (maxmemory-policy noeviction). To end all sessions of ' +
        'the user whatever is listed, override RevocationList and call revokeAll().',
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
      `The store is 'astro', but Astro has no session storage here. Configure session.driver in astro.config, use an ` +
        `adapter that brings one, or choose another store.`,
    );
  }
}

/** A text that ends with a full stop, so that another sentence can follow. */
function sentence(text: string): string {
  return /[.!?]\s*$/.test(text) ? text : `${text.trimEnd()}.`;
}
