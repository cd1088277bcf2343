import type { RedisCommands, SendToServer } from './redis-commands.js';

/** The methods of a client, as the package `redis` (version 5 or newer) has them, for one server, a cluster or Sentinels. */
export interface RedisClient {
  readonly isOpen: boolean;
  connect(): Promise<unknown>;
  destroy(): void;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  hmGet(key: string, fields: string[]): Promise<(string | null)[]>;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** A client for one server. */
interface SingleClient {
  sendCommand(words: string[]): Promise<unknown>;
}

interface ClusterClient<Node = unknown> {
  readonly masters: readonly Node[];
  readonly slots: readonly { readonly master: Node }[];
  nodeClient(node: Node): SingleClient | Promise<SingleClient>;
}

interface SentinelClient {
  getMasterNode(): unknown;
  sendCommand(isReadonly: boolean, words: string[]): Promise<unknown>;
}

/** Runs a command by a script, for a client that is wrapped and has nothing else. */
const RELAY = 'return redis.call(unpack(ARGV))';

/** Lets sessions and revocations be stored through a client of the package `redis`. */
export function nodeRedisCommands(client: RedisClient): RedisCommands {
  return {
    hmget: (key, fields) => client.hmGet(key, [...fields]),
    eval: (script, keys, values) => client.eval(script, { keys: [...keys], arguments: [...values] }),
    servers: async () => {
      if (!isCluster(client)) return [sendTo(client)];
      return client.masters.map(
        (node) =>
          async (...words) =>
            (await client.nodeClient(node)).sendCommand(words),
      );
    },
  };
}

/** Returns a function that sends commands to the server of a key, on the connection of the commands for that key. */
export async function serverOf(client: RedisClient, key: string): Promise<SendToServer> {
  const node = isCluster(client) ? client.slots[slotOf(key)]?.master : undefined;
  return node === undefined || !isCluster(client) ? sendTo(client) : sendTo(await client.nodeClient(node));
}

function sendTo(client: RedisClient | SingleClient): SendToServer {
  if (isSentinel(client)) return (...words) => client.sendCommand(false, words);
  if ('sendCommand' in client) return (...words) => client.sendCommand(words);
  return (...words) => client.eval(RELAY, { keys: [''], arguments: words });
}

function isCluster<Client extends object>(client: Client): client is Client & ClusterClient {
  return 'nodeClient' in client && 'masters' in client;
}

function isSentinel(client: object): client is SentinelClient {
  return 'getMasterNode' in client;
}

/**
 * Computes the slot of a key in a cluster. A part in braces, if there is one, decides alone.
 *
 * @see https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#key-distribution-model
 */
export function slotOf(key: string): number {
  const [, tag] = /^[^{]*\{([^}]+)\}/.exec(key) ?? [];
  let checksum = 0;
  for (const byte of new TextEncoder().encode(tag ?? key)) {
    checksum ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) checksum = ((checksum << 1) ^ (checksum & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return checksum % 16_384;
}
