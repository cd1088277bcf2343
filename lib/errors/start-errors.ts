import { GatehouseError } from './gatehouse-error.js';

/** An option is misspelt, has the wrong type, or contradicts another. Thrown at start. */
export class InvalidOptionsError extends GatehouseError {
  /**
   * @param problems One sentence per problem, each naming its option.
   * @param where What the message says of the options before it lists the problems: ` in src/gatehouse.ts`.
   */
  constructor(
    readonly problems: readonly string[],
    where = '',
  ) {
    super('INVALID_OPTIONS', `Invalid options${where}:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/**
 * A server was started in production without a secret, or `createCookieSessionStorage` was called without one there.
 */
export class MissingSecretError extends GatehouseError {
  /**
   * @param variable The name of the environment variable or the option that should contain the secret.
   * @param advice A further sentence about what to do.
   */
  constructor(
    readonly variable: string,
    advice = '',
  ) {
    super(
      'MISSING_SECRET',
      `No secret to seal sessions with: set ${variable} to at least 32 random characters before the server starts. ` +
        `Create one with: npx astro-gatehouse secret${advice === '' ? '' : `. ${advice}`}`,
    );
  }
}

/** A secret is too short, a placeholder, or too easy to guess for production. */
export class WeakSecretError extends GatehouseError {
  constructor(
    readonly source: string,
    readonly reason: string,
  ) {
    super(
      'WEAK_SECRET',
      `The secret from ${source} ${reason}. Use at least 32 random characters; create them with: ` +
        `npx astro-gatehouse secret`,
    );
  }
}

/** A Redis server may drop keys when its memory is full, which loses sessions and revocations. Thrown at start. */
export class EvictingStoreError extends GatehouseError {
  /** @param policy The server's `maxmemory-policy`. */
  constructor(
    readonly host: string,
    readonly policy: string,
  ) {
    super(
      'EVICTING_STORE',
      `Redis at ${host} has the maxmemory-policy ${policy}, which drops sessions and revocations when memory is ` +
        'short: visitors would be signed out early, and links that were used could be used again. Set it to noeviction (CONFIG SET maxmemory-policy noeviction, and in its configuration), or use a ' +
        'separate Redis for sessions.',
    );
  }
}

/** The class, function or value passed to `services.override` cannot replace the class. */
export class InvalidOverrideError extends GatehouseError {
  constructor(
    readonly replaced: string,
    readonly replacement: string,
    reason: string,
  ) {
    super('INVALID_OVERRIDE', `${replacement} cannot replace ${replaced}: ${reason}`);
  }
}

/** A class needs a service that is not registered. */
export class MissingServiceError extends GatehouseError {
  constructor(
    readonly service: string,
    readonly neededBy: string,
  ) {
    super(
      'MISSING_SERVICE',
      `${neededBy} needs ${service}, which is not registered. Add it in src/gatehouse.ts: ` +
        `services.shared(${service}) if all requests can share one instance, services.perRequest(${service}) if it ` +
        `holds data of one request, or services.shared(${service}, () => …) if it is abstract or you create it ` +
        `yourself.`,
    );
  }
}

/** A service that lives as long as the server needs a service that lives as long as one request. */
export class CaptiveServiceError extends GatehouseError {
  constructor(
    readonly service: string,
    readonly captive: string,
  ) {
    super(
      'CAPTIVE_SERVICE',
      `${service} is shared by all requests but needs ${captive}, which belongs to one request: everybody would get ` +
        `the first visitor's. Register it with services.perRequest(${service}), or pass ${captive} as an argument to ` +
        `the method that needs it.`,
    );
  }
}

/** A service could not be created when the server started. */
export class ServiceConstructionError extends GatehouseError {
  constructor(
    readonly service: string,
    cause: unknown,
  ) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super('SERVICE_CONSTRUCTION', `${service} could not be created at start: ${reason}`, { cause });
  }
}
