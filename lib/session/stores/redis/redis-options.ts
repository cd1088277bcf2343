import { InvalidOptionsError } from '../../../errors/index.js';
import type { RedisClient } from './node-redis-commands.js';
import type { RedisCommands } from './redis-commands.js';

/** The default address. */
export const DEFAULT_URL = 'redis://localhost:6379';
export const DEFAULT_PREFIX = 'gatehouse:';

/** How to find the primary through Redis Sentinel. */
export interface RedisSentinelOptions {
  /** The name of the primary, as the Sentinels know it: `mymaster`. */
  name: string;
  /** The addresses of the Sentinels: `host:26379`, or `rediss://host:26379` if they and the servers use TLS. */
  nodes: readonly string[];
}

/** Where Redis is: one server, a cluster, or servers that Sentinels watch. At most one of the three. */
export interface RedisPlace {
  /** The address. Default: `REDIS_URL` from the environment, or `redis://localhost:6379`. */
  url?: string | undefined;
  /**
   * The addresses of some nodes of a cluster; the others are found through them. User and password are those of the
   * first address, or `REDIS_USERNAME` and `REDIS_PASSWORD` from the environment.
   */
  cluster?: readonly string[] | undefined;
  /**
   * The Sentinels that know the primary. User and password of the servers are `REDIS_USERNAME` and `REDIS_PASSWORD`
   * from the environment, those of the Sentinels are in their addresses.
   */
  sentinel?: RedisSentinelOptions | undefined;
}

/** Options for the Redis session store and revocation list. */
export interface RedisOptions extends RedisPlace {
  /** The prefix of every key. Default: `gatehouse:`. */
  keyPrefix?: string | undefined;
  /** Seconds after which a command without an answer fails. Default: 2. */
  timeout?: number | undefined;
  /**
   * How many replicas must have a change before it counts as stored (`WAIT`), so that a fail-over loses nothing. A
   * change takes one more round trip, and fails while fewer replicas are connected. Default: 0. Not with `client`.
   */
  replicas?: number | undefined;
  /**
   * Your own client: of the package `redis`, for one server, a cluster or Sentinels, which is connected if it is not
   * connected yet; or commands, such as `ioredisCommands(client)`.
   */
  client?: RedisClient | RedisCommands | undefined;
}

/** @throws {InvalidOptionsError} When several places are named, or `replicas` for a client of the application. */
export function assertOnePlace(options: RedisOptions): void {
  const places = (['url', 'cluster', 'sentinel', 'client'] as const).filter((name) => options[name] !== undefined);
  const problems =
    places.length > 1 ? [`${places.join(' and ')} of Redis: each names where it is, so keep one of them`] : [];
  if (options.client && options.replicas)
    problems.push('replicas of Redis: with a client of your own, set min-replicas-to-write on the server instead');
  if (problems.length > 0) throw new InvalidOptionsError(problems);
}

/** Returns the name of a place for messages, without user and password. */
export function nameOfPlace({ url = DEFAULT_URL, cluster, sentinel }: RedisPlace): string {
  if (sentinel) return `${sentinel.name} (Sentinel)`;
  if (cluster) return cluster.map((address) => hostOf(asUrl(address))).join(', ');
  return hostOf(url);
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'its address';
}

/** Completes an address that is only a host and a port. */
export function asUrl(address: string): string {
  return address.includes('://') ? address : `redis://${address}`;
}
