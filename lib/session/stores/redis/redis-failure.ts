import { GatehouseError } from '../../../errors/index.js';
import { ClientFailure, saidBy } from '../client-failure.js';

/** The known error messages of clients, with their cures. */
const CURES: readonly (readonly [RegExp, string])[] = [
  [/\bECONNREFUSED\b/, 'Nothing listens there: start Redis, or set REDIS_URL to its address.'],
  [/\b(?:ENOTFOUND|EAI_AGAIN)\b/, 'No host has that name: correct REDIS_URL.'],
  [
    /\b(?:ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)\b|Connection timeout/,
    'Nothing answers there: make sure that no firewall blocks the connection, and that REDIS_URL is right.',
  ],
  [
    /WRONGPASS|NOAUTH|AUTH failed|invalid (?:username|password)|without any password/i,
    'It refuses the user or the password: correct them in REDIS_URL (redis://user:password@host:6379).',
  ],
  [
    /SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|CERT_|self-signed certificate|certificate/i,
    'Node does not trust its certificate: start the server with NODE_EXTRA_CA_CERTS=ca.pem, or pass the store your ' +
      'own client with socket: { tls: true, ca }.',
  ],
  [
    /\bEPROTO\b|ERR_SSL|wrong version number|packet length too long/i,
    'Only one side uses TLS: write rediss:// in REDIS_URL for TLS, and redis:// for a connection without it.',
  ],
  [
    /^(?:MOVED|ASK|CROSSSLOT)\b/,
    "It is one node of a cluster: name some of its nodes, store: { use: 'redis', cluster: ['redis://a:7000', " +
      "'redis://b:7000'] }, or pass the store a client for the whole cluster.",
  ],
  [
    /^NOPERM\b|the user executing the script can't/i,
    'Its user lacks a permission: allow the commands and keys that the section Redis of docs/stores.md lists ' +
      '(ACL SETUSER).',
  ],
  [/^OOM\b/, 'Its memory is full: give it more memory, or store less.'],
];

/** An error of Redis whose cause is known, with a specific cure. */
export class RedisFailure extends ClientFailure {
  /**
   * Creates the error for an invalid address. Leaves out the message of the client or of Node, which contains the
   * address, and so the password.
   */
  static ofAddress(): RedisFailure {
    return new RedisFailure(
      'The address of Redis is invalid.',
      'Write REDIS_URL as redis://user:password@host:6379, with special characters in the password encoded: %23 for ' +
        '#, %2F for /, %25 for %.',
    );
  }
}

/** Returns the cure for an error of a Redis client; `undefined` for an unknown error. */
export function redisCure(error: unknown): string | undefined {
  const said = saidBy(error);
  return CURES.find(([pattern]) => pattern.test(said))?.[1];
}

/**
 * Adds the cause to an error of Redis. A client that cannot connect keeps trying, so the command only fails with a
 * timeout.
 *
 * @param error The error of the command. @param before The client's last connection error.
 * @param host The address of Redis.
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

/** Checks whether an error is a server's answer: its message then begins with a code in capitals. */
export function isReply(error: unknown): boolean {
  return error instanceof Error && /^-?[A-Z]{2,} /.test(error.message);
}
