import { GatehouseError } from '../../errors.js';

/** What clients say, and what to do about it. */
const CURES: readonly (readonly [RegExp, string])[] = [
  [/\bECONNREFUSED\b/, 'Nothing listens there: start Redis, or set REDIS_URL to where it is.'],
  [/\b(?:ENOTFOUND|EAI_AGAIN)\b/, 'No host has that name: correct REDIS_URL.'],
  [
    /\b(?:ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)\b|Connection timeout/,
    'Nothing answers there: see that no firewall stands between, and that REDIS_URL is right.',
  ],
  [
    /WRONGPASS|NOAUTH|AUTH failed|invalid (?:username|password)|without any password/i,
    'It refuses the user or the password: correct them in REDIS_URL (redis://user:password@host:6379).',
  ],
  [
    /SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|CERT_|self-signed certificate|certificate/i,
    'Its certificate is not to be trusted, as far as is known here: start the server with NODE_EXTRA_CA_CERTS=ca.pem, or give the store a client of your own with socket: { tls: true, ca }.',
  ],
  [
    /\bEPROTO\b|ERR_SSL|wrong version number|packet length too long/i,
    'One of the two speaks TLS and the other does not: write rediss:// in REDIS_URL for TLS, and redis:// without.',
  ],
  [
    /^(?:MOVED|ASK|CROSSSLOT)\b/,
    'It is one node of a cluster: give the store a client for the whole, client: createCluster({ rootNodes: [{ url }] }) of the package redis.',
  ],
  [
    /^NOPERM\b/,
    'Its user may not do that: allow the commands HMGET, EVAL, GET, DEL, ZREM, ZRANGE and what scripts call.',
  ],
  [/^OOM\b/, 'Its memory is full: give it more, or store less.'],
];

/** Why Redis could not be asked, with what to do in place of looking whether it runs. */
export class RedisFailure extends Error {
  constructor(
    message: string,
    readonly cure: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }

  /** For an address that cannot be read. What a client or Node says of it has the address in it, and so the password. */
  static ofAddress(): RedisFailure {
    return new RedisFailure(
      'The address of Redis cannot be read.',
      'Write REDIS_URL as redis://user:password@host:6379, with signs in the password encoded: %23 for #, %2F for /, %25 for %.',
    );
  }
}

/** What to do about what a client of Redis says; `undefined` for what is not known. */
export function redisCure(error: unknown): string | undefined {
  const said = saidBy(error);
  return CURES.find(([pattern]) => pattern.test(said))?.[1];
}

/**
 * Puts the cause to a failure of Redis: a client that cannot connect goes on trying, and whoever waits for an answer is told
 * that none came.
 *
 * @param error What the command failed with. @param before What the client said of its connection a moment ago.
 * @param host Where Redis is to be.
 */
export function explained(error: unknown, before: unknown, host: string): unknown {
  if (error instanceof GatehouseError || error instanceof RedisFailure) return error;
  const own = redisCure(error);
  if (own) return new RedisFailure(`Redis at ${host}: ${saidBy(error)}.`, own, error);
  const cure = before === undefined ? undefined : redisCure(before);
  const message = error instanceof Error ? error.message : String(error);
  return cure
    ? new RedisFailure(`${message} The connection to ${host} failed: ${saidBy(before)}.`, cure, before)
    : error;
}

function saidBy(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  // Of several addresses each has failed in its own way.
  const inner = error instanceof AggregateError ? error.errors.map(saidBy)[0] : undefined;
  const text = error.message || inner || error.name;
  return typeof code === 'string' && !text.includes(code) ? `${text} (${code})` : text;
}
