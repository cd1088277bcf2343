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

/** A value cannot be stored in a session. */
export class InvalidSessionValueError extends GatehouseError {
  constructor(
    readonly key: string,
    reason: string,
  ) {
    super(
      'INVALID_SESSION_VALUE',
      `The value of "${key}" cannot be stored in a session: ${reason}. Sessions store plain JSON values, Date, Map, ` +
        `Set, URL and BigInt; turn instances of your own classes into plain objects first.`,
    );
  }
}

/** An operation needs a value of another type than the one under its key. */
export class SessionValueTypeError extends GatehouseError {
  constructor(
    readonly key: string,
    readonly operation: string,
    readonly expected: string,
  ) {
    super(
      'SESSION_VALUE_TYPE',
      `session.${operation}('${key}') needs ${expected} under "${key}", but the session has another value there. Use ` +
        `another key, or set ${expected} first.`,
    );
  }
}

/** The session does not fit in a cookie, or exceeds `session.maxSize` in a store on the server. */
export class SessionTooLargeError extends GatehouseError {
  constructor(
    readonly size: number,
    readonly limit: number,
    readonly largestKeys: readonly string[],
    readonly place: 'cookie' | 'store' = 'cookie',
  ) {
    const [excess, cure] =
      place === 'cookie'
        ? [`The session cookie would have ${size} bytes, but browsers store only ${limit}`, COOKIE_CURE]
        : [
            `The session would have ${size} characters, but session.maxSize allows only ${limit}`,
            'or raise session.maxSize.',
          ];
    const keys = `Largest keys: ${largestKeys.join(', ')}.`;
    super('SESSION_TOO_LARGE', `${excess}. ${keys} Store less in the session (an id instead of the object), ${cure}`);
  }
}

const COOKIE_CURE = `or use a store on the server: store: { use: 'memory' }.`;

/** The session already has the maximum number of keys. */
export class TooManyKeysError extends GatehouseError {
  constructor(
    readonly key: string,
    readonly limit: number,
  ) {
    super(
      'TOO_MANY_KEYS',
      `"${key}" cannot be added to a session that already has ${limit} keys. Store related values under one key, as ` +
        `an array, an object or a Map, and unset keys that are no longer needed.`,
    );
  }
}

/** So many concurrent requests changed the session that this one could never store its changes. */
export class SessionConflictError extends GatehouseError {
  constructor(readonly attempts: number) {
    super(
      'SESSION_CONFLICT',
      `The session was changed by other requests ${attempts} times while this one tried to store what it changed. ` +
        `Nothing of this request was stored. Reduce the number of concurrent requests that change one session.`,
    );
  }
}

/** The visitor passed to `signIn` (`setSession`) or `updateSession` is not valid. */
export class InvalidVisitorError extends GatehouseError {
  constructor(
    readonly key: string,
    expected: string,
  ) {
    super(
      'INVALID_VISITOR',
      `A signed-in visitor's "${key}" must be ${expected}. Correct the value that you pass to signIn(), also called ` +
        `setSession(), or to updateSession().`,
    );
  }
}

/** The session's data does not match `sessionData.schema`, so the next request would drop it. */
export class InvalidSessionDataError extends GatehouseError {
  constructor(
    readonly key: string,
    readonly issue: string,
  ) {
    super(
      'INVALID_SESSION_DATA',
      `The session would not match sessionData.schema: ${key} is invalid (${issue}). Nothing of this request was ` +
        `stored. Set values that the schema accepts, and make every key optional in the schema that a new session ` +
        `does not have.`,
    );
  }
}

const FAILED: Record<string, string> = {
  identify: 'identify failed',
  reload: 'access.reload failed',
  roles: 'access.rolesFor failed',
  schema: 'sessionData.schema or sessionData.migrate failed',
};

/** The store could not be reached, or failed to store the session, so the session's contents are unknown. */
export class StoreUnavailableError extends GatehouseError {
  constructor(
    /**
     * `read`, `write` or `destroy`; `identify`, `reload` or `roles` when that function of the application failed, `schema` when
     * `sessionData.schema` or `sessionData.migrate` failed.
     */
    readonly operation: string,
    cause: unknown,
  ) {
    const reason = sentence(cause instanceof Error ? cause.message : String(cause));
    const asked = operation in FAILED ? 'the service it calls' : 'the store';
    // A store that knows the cause also knows the cure.
    const known: { cure?: string } = Object(cause);
    const cure = known.cure ?? `Make sure that ${asked} is running and can be reached.`;
    super(
      'STORE_UNAVAILABLE',
      `${FAILED[operation] ?? `The session store failed to ${operation}`}: ${reason} Until it works again, protected ` +
        `pages are answered with 503, and other pages as for a guest. ${cure}`,
      { cause },
    );
  }
}

/** The store cannot list the sessions of a user. */
export class SessionsNotListedError extends GatehouseError {
  constructor(readonly store: string) {
    super(
      'SESSIONS_NOT_LISTED',
      `${store} cannot list the sessions of a user, so it cannot end them one by one. Use a store that can ` +
        `(store: { use: 'sqlite' }, 'postgres', 'redis' or 'memory'); to end all sessions of a user with any store, override ` +
        `RevocationList.`,
    );
  }
}

/** The list of a user's sessions does not contain a session that exists, so other sessions may be missing too. */
export class SessionListIncompleteError extends GatehouseError {
  constructor(readonly store: string) {
    super(
      'SESSION_LIST_INCOMPLETE',
      `The list of this user's sessions in ${store} does not contain the current session, so others may be missing ` +
        'too. No session was ended. The entry was lost: make sure that the database drops no keys (maxmemory-policy ' +
        'noeviction). To end all sessions of the user without the list, override RevocationList and call revokeAll().',
    );
  }
}

/** A package or a module of the runtime that a store needs is missing. */
export class MissingClientError extends GatehouseError {
  constructor(
    readonly store: string,
    readonly client: string,
    cure: string,
  ) {
    super('MISSING_CLIENT', `${store} needs ${client}, which is not available. ${cure}`);
  }
}

/** The file of a SQLite store cannot be created or written. Thrown at start. */
export class UnwritableFileError extends GatehouseError {
  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : String(cause);
    super(
      'UNWRITABLE_FILE',
      `${file} cannot be written (${code}). Let the user that runs the server own its folder, or name another file: ` +
        "store: { use: 'sqlite', file: '/var/lib/shop/sessions.db' }. If nothing can be written there, use another " +
        "store, such as { use: 'cookie' } or { use: 'postgres' }.",
      { cause },
    );
  }
}

/** `session.store` is `astro`, but Astro has no session storage. */
export class AstroSessionMissingError extends GatehouseError {
  constructor() {
    super(
      'ASTRO_SESSION_MISSING',
      `The store is 'astro', but Astro has no session storage here. Configure session.driver in astro.config, ` +
        `use an adapter that provides one, or choose another store.`,
    );
  }
}

/** Returns the string with a full stop at its end, so that another sentence can follow. */
function sentence(text: string): string {
  return /[.!?]\s*$/.test(text) ? text : `${text.trimEnd()}.`;
}
