import { asSentence } from '../../../base/text.js';
import { GatehouseError } from '../../../errors/index.js';
import { ClientFailure, saidBy } from '../client-failure.js';
import { DEFAULT_URL, type RedisPlace } from './redis-options.js';

/** How the settings of a place are called. */
interface Settings {
  /** The servers to which the first connection leads. */
  readonly servers: string;
  /** The option or the variable with the addresses. */
  readonly addresses: string;
  /** The same with what it is to be set to. */
  readonly corrected: string;
  /** Where user and password are written. */
  readonly credentials: string;
  readonly isSecure: boolean;
}

/** The known error messages of clients, with their cures. */
const CURES: readonly (readonly [RegExp, string | ((settings: Settings) => string)])[] = [
  [/\bECONNREFUSED\b/, ({ servers, corrected }) => `Nothing listens there: start ${servers}, or set ${corrected}.`],
  [/\b(?:ENOTFOUND|EAI_AGAIN)\b/, ({ addresses }) => `No host has that name: correct ${addresses}.`],
  [
    /\b(?:ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)\b|Connection timeout/,
    ({ addresses, isSecure }) =>
      `Nothing answers there: make sure that no firewall blocks the connection, and that ${addresses} is right.` +
      `${isSecure ? ' If that server has no TLS, write redis:// in place of rediss://.' : ''}`,
  ],
  [
    /WRONGPASS|NOAUTH|AUTH failed|invalid (?:username|password)|without any password/i,
    ({ credentials }) => `It refuses the user or the password: correct them in ${credentials}.`,
  ],
  [
    /SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|CERT_|self-signed certificate|certificate/i,
    'Node does not trust its certificate: start the server with NODE_EXTRA_CA_CERTS=ca.pem, or pass the store your ' +
      'own client with socket: { tls: true, ca }.',
  ],
  [
    /\bEPROTO\b|ERR_SSL|wrong version number|packet length too long/i,
    ({ addresses }) =>
      `Only one side uses TLS: write rediss:// in ${addresses} for TLS, and redis:// for a connection without it.`,
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

/** Returns the cure for an error of a Redis client; `undefined` for an unknown error. @param place Where Redis is. */
export function redisCure(error: unknown, place: RedisPlace = {}): string | undefined {
  const said = saidBy(error);
  const cure = CURES.find(([pattern]) => pattern.test(said))?.[1];
  return typeof cure === 'function' ? cure(settingsOf(place)) : cure;
}

function settingsOf({ url = DEFAULT_URL, cluster, sentinel }: RedisPlace): Settings {
  const isSecure = (sentinel?.nodes ?? cluster ?? [url]).some((address) => address.startsWith('rediss:'));
  if (sentinel) {
    const credentials = 'REDIS_USERNAME and REDIS_PASSWORD; those of the Sentinels are in store.sentinel.nodes';
    const addresses = 'store.sentinel.nodes';
    return { servers: 'the Sentinels', addresses, corrected: `${addresses} to their addresses`, credentials, isSecure };
  }
  if (cluster) {
    const credentials = 'REDIS_USERNAME and REDIS_PASSWORD, or in an address of store.cluster';
    const addresses = 'store.cluster';
    const corrected = `${addresses} to their addresses`;
    return { servers: 'the nodes of the cluster', addresses, corrected, credentials, isSecure };
  }
  const credentials = 'REDIS_URL (redis://user:password@host:6379)';
  return { servers: 'Redis', addresses: 'REDIS_URL', corrected: 'REDIS_URL to its address', credentials, isSecure };
}

/**
 * Adds the cause to an error of Redis. A client that cannot connect keeps trying, so the command only fails with a
 * timeout.
 *
 * @param error The error of the command. @param before The client's last connection error.
 * @param host The address of Redis. @param place Where the options say that it is.
 */
export function explained(error: unknown, before: unknown, host: string, place: RedisPlace = {}): unknown {
  if (error instanceof GatehouseError || error instanceof RedisFailure) return error;
  const own = redisCure(error, place);
  if (own) return new RedisFailure(`Redis at ${host}: ${asSentence(saidBy(error))}`, own, error);
  const cure = before === undefined ? undefined : redisCure(before, place);
  const message = asSentence(error instanceof Error ? error.message : String(error));
  return cure
    ? new RedisFailure(`${message} The connection to ${host} failed: ${asSentence(saidBy(before))}`, cure, before)
    : error;
}

/** Checks whether an error is a server's answer: its message then begins with a code in capitals. */
export function isReply(error: unknown): boolean {
  return error instanceof Error && /^-?[A-Z]{2,} /.test(error.message);
}

/** Checks whether an error comes from a replica, which takes no changes, or from one without its primary. */
export function isDemoted(error: unknown): boolean {
  return error instanceof Error && /\b(?:READONLY|MASTERDOWN)\b/.test(error.message);
}
