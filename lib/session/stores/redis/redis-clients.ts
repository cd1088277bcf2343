import { MissingClientError } from '../../../errors/index.js';
import type { RedisClient } from './node-redis-commands.js';
import { RedisFailure } from './redis-failure.js';
import { asUrl, DEFAULT_URL, type RedisPlace } from './redis-options.js';

/** A client created here. It is closed once its pending commands are answered. */
export type OwnClient = RedisClient & { close?(): Promise<unknown> };

/** How a client is created. */
export interface ClientSettings {
  /** Milliseconds after which an attempt to connect fails. */
  readonly timeout: number;
  /** False when a lost connection is not to be replaced. */
  readonly reconnects: boolean;
}

/** Milliseconds after which a cluster is asked who has the slots of a node that cannot be reached. */
const SETTLING = 500;
/**
 * Maximum milliseconds between two attempts to reconnect. With the default of the client, which waits up to 2.2 seconds,
 * commands would fail for that long after the server is back.
 */
const LONGEST_PAUSE = 500;
/** Milliseconds over which the attempts of many processes are spread. */
const SPREAD = 100;

/**
 * Creates a client of the package `redis` for one server, a cluster or Sentinels. Without a connection its commands
 * fail immediately instead of being queued, because nobody waits for late answers.
 *
 * @throws {RedisFailure} When an address is invalid.
 */
export function clientFor(redis: typeof import('redis'), place: RedisPlace, settings: ClientSettings): OwnClient {
  try {
    if (place.cluster) return clusterFor(redis, place.cluster, settings);
    if (place.sentinel) return sentinelFor(redis, place.sentinel, settings);
    return redis.createClient({
      url: place.url ?? DEFAULT_URL,
      disableOfflineQueue: true,
      socket: reconnecting(settings),
    });
  } catch {
    throw RedisFailure.ofAddress();
  }
}

function clusterFor(redis: typeof import('redis'), addresses: readonly string[], settings: ClientSettings): OwnClient {
  const urls = addresses.map((address) => new URL(asUrl(address)));
  const isSecure = urls.some(({ protocol }) => protocol === 'rediss:');
  return redis.createCluster({
    rootNodes: urls.map(({ hostname, port }) => ({ socket: socketOf(hostname, port, isSecure, settings) })),
    defaults: {
      ...(credentialsIn(urls) ?? credentialsInEnvironment()),
      disableOfflineQueue: true,
      socket: socketOfNode(isSecure, settings),
    },
    // Otherwise one node that is away would keep the others from being used.
    minimizeConnections: true,
    topologyRefreshOnReconnectionAttemptStrategy: SETTLING,
  });
}

function sentinelFor(
  redis: typeof import('redis'),
  { name, nodes }: NonNullable<RedisPlace['sentinel']>,
  settings: ClientSettings,
): OwnClient {
  const urls = nodes.map((address) => new URL(asUrl(address)));
  const isSecure = urls.some(({ protocol }) => protocol === 'rediss:');
  const socket = socketOfNode(isSecure, settings);
  return redis.createSentinel({
    name,
    sentinelRootNodes: urls.map(({ hostname, port }) => ({ host: hostname, port: Number(port || 26_379) })),
    nodeClientOptions: { ...credentialsInEnvironment(), disableOfflineQueue: true, socket },
    sentinelClientOptions: { ...credentialsIn(urls), socket },
    // One connection for all commands, which need not wait for each other.
    reserveClient: true,
    scanInterval: SETTLING * 2,
    passthroughClientErrorEvents: true,
  });
}

function socketOf(hostname: string, port: string, isSecure: boolean, settings: ClientSettings) {
  const host = hostname.replace(/^\[|\]$/g, '');
  const place = { host, port: Number(port || 6379), connectTimeout: settings.timeout, ...reconnecting(settings) };
  return isSecure ? { ...place, tls: true as const } : place;
}

/** Returns the settings for a node whose address the other servers name. */
function socketOfNode(isSecure: boolean, { timeout }: ClientSettings) {
  return { connectTimeout: timeout, reconnectStrategy: pauseBefore, ...(isSecure && { tls: true as const }) };
}

function reconnecting({ reconnects }: ClientSettings): { reconnectStrategy: typeof pauseBefore | false } {
  return { reconnectStrategy: reconnects && pauseBefore };
}

/** Computes the milliseconds to wait before an attempt to reconnect. @param retries The number of earlier attempts. */
function pauseBefore(retries: number): number {
  return Math.min(50 * 2 ** retries, LONGEST_PAUSE - SPREAD) + Math.floor(Math.random() * SPREAD);
}

/** User and password. */
interface Credentials {
  readonly username?: string;
  readonly password?: string;
}

function credentialsIn(urls: readonly URL[]): Credentials | undefined {
  const { username, password } = urls.find((url) => url.password !== '') ?? {};
  if (password === undefined) return undefined;
  return { ...(username && { username: decodeURIComponent(username) }), password: decodeURIComponent(password) };
}

/** Returns user and password from the environment of the server, so that none is part of a build. */
function credentialsInEnvironment(): Credentials {
  const { REDIS_USERNAME: username, REDIS_PASSWORD: password } = process.env;
  return { ...(username && { username }), ...(password && { password }) };
}

/** Destroys a client that may not be open yet, which some clients answer with an error. */
export function destroyClient(client: OwnClient | undefined): void {
  try {
    client?.destroy();
  } catch {
    // It is closed already.
  }
}

/** Clients that were replaced, and may finish the commands that they have. One with a silent node would never finish. */
export class LeftClients {
  readonly #timers = new Map<OwnClient, ReturnType<typeof setTimeout>>();

  /** Destroys a client later. */
  add(client: OwnClient | undefined, milliseconds: number): void {
    if (client)
      this.#timers.set(
        client,
        setTimeout(() => this.#destroy(client), milliseconds),
      );
  }

  /** Destroys all of them at once. */
  destroy(): void {
    for (const client of [...this.#timers.keys()]) this.#destroy(client);
  }

  #destroy(client: OwnClient): void {
    clearTimeout(this.#timers.get(client));
    this.#timers.delete(client);
    destroyClient(client);
  }
}

/** @throws {MissingClientError} When the package `redis` is not installed. */
export async function importRedis(): Promise<typeof import('redis')> {
  try {
    return await import('redis');
  } catch {
    throw new MissingClientError('RedisSessionStore', 'the package redis', 'Install it: npm install redis');
  }
}
