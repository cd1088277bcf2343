import { GatehouseError } from './gatehouse-error.js';

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
        `Make one with: npx astro-gatehouse secret`,
    );
  }
}

/** A secret is too short, a placeholder, or too easy to guess to protect anything in production. */
export class WeakSecretError extends GatehouseError {
  constructor(
    readonly source: string,
    readonly reason: string,
  ) {
    super(
      'WEAK_SECRET',
      `The secret from ${source} ${reason}. Use at least 32 random characters; make them with: ` +
        `npx astro-gatehouse secret`,
    );
  }
}

/** A database drops keys when its memory is full, and what it drops comes back to nobody. Thrown at start. */
export class EvictingStoreError extends GatehouseError {
  /** @param policy Its `maxmemory-policy`. */
  constructor(
    readonly host: string,
    readonly policy: string,
  ) {
    super(
      'EVICTING_STORE',
      `Redis at ${host} has the maxmemory-policy ${policy}, which drops sessions and what has been revoked when memory is ` +
        'short: lists would miss devices that are still signed in, and ended sessions could come back. Set it to ' +
        'noeviction (CONFIG SET maxmemory-policy noeviction, and in its configuration), or give sessions a Redis of their own.',
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
