import { EvictingStoreError, GatehouseError } from '../../../errors/index.js';
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
    'It is one node of a cluster: pass the store a client for the whole cluster, client: createCluster({ rootNodes: ' +
      '[{ url }] }) of the package redis.',
  ],
  [
    /^NOPERM\b/,
    'Its user lacks a permission: allow the commands HMGET, EVAL, GET, DEL, ZREM, ZRANGE and those that scripts call.',
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

/** A script, because every user that may store sessions may run one, while hosted Redis often forbids CONFIG. */
const ASK_INFO = `return redis.call('INFO', 'memory')`;
const SETTING = 'maxmemory-policy';
/** The only policy under which nothing is dropped before it expires. */
const KEEPS_ALL = 'noeviction';

/** The methods of a client that are needed to read its server's policy. */
export interface PolicyClient {
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  configGet?(setting: string): Promise<unknown>;
}

/**
 * Reads a server's eviction policy: what it does when its memory is full.
 *
 * @param key One of the client's keys: in a cluster, the server that has it is asked.
 * @returns `undefined` when neither INFO nor CONFIG GET returns it.
 * @throws When the server does not answer.
 */
export async function evictionPolicy(client: PolicyClient, key: string): Promise<string | undefined> {
  const info = await allowed(() => client.eval(ASK_INFO, { keys: [key], arguments: [] }));
  const reported = /^maxmemory_policy:(\S+)/m.exec(String(info ?? ''))?.[1];
  return reported ?? settingIn(await allowed(async () => client.configGet?.(SETTING)));
}

/** Returns the error for a policy that drops sessions; `undefined` for one that keeps them, or an unknown one. */
export function evictionProblem(policy: string | undefined, host: string): EvictingStoreError | undefined {
  return policy === undefined || policy === KEEPS_ALL ? undefined : new EvictingStoreError(host, policy);
}

/**
 * Runs a command, and returns `undefined` when the server refuses it. The messages of such refusals begin with a code
 * in capitals.
 */
async function allowed(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Error && /^[A-Z]{2,} /.test(error.message)) return undefined;
    throw error;
  }
}

function settingIn(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const policy: unknown = answer instanceof Map ? answer.get(SETTING) : (answer as Record<string, unknown>)[SETTING];
  return typeof policy === 'string' ? policy : undefined;
}
