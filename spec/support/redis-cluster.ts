import { createClient } from 'redis';
import { RedisServer } from './redis-server.js';

const PRIMARIES = 3;
const SLOTS = 16_384;
/** Milliseconds without an answer after which a server counts as gone, where that is wanted soon. */
const SOON = { node: '1000', primary: '500' };
/** The same where no server is killed: a busy machine is not to be taken for a dead one. */
const NEVER = '30000';
const pass = (milliseconds: number) => new Promise((wake) => setTimeout(wake, milliseconds));

/** A cluster of three primaries with all slots, each with the same number of replicas. */
export class RedisCluster {
  #killed: RedisServer | undefined;

  private constructor(
    readonly primaries: readonly RedisServer[],
    readonly replicas: readonly RedisServer[],
  ) {}

  /**
   * @param replicas How many each primary has. Only a cluster that has some replaces a primary soon.
   * @param settings More of each server, as `redis-server` takes them.
   */
  static async start(replicas = 0, ...settings: string[]): Promise<RedisCluster> {
    // The servers find each other sooner with a short one.
    const own = ['--cluster-enabled', 'yes', '--cluster-node-timeout', SOON.node, '--repl-diskless-sync-delay', '0'];
    const count = PRIMARIES * (1 + replicas);
    const servers = await Promise.all(Array.from({ length: count }, () => RedisServer.start(...own, ...settings)));
    const cluster = new RedisCluster(servers.slice(0, PRIMARIES), servers.slice(PRIMARIES));
    await cluster.#join();
    const calm = (server: RedisServer) => command(server, 'CONFIG', 'SET', 'cluster-node-timeout', NEVER);
    if (replicas === 0) await Promise.all(servers.map(calm));
    return cluster;
  }

  /** The addresses of all servers. */
  get nodes(): string[] {
    return [...this.primaries, ...this.replicas].map(({ port }) => `127.0.0.1:${port}`);
  }

  /** Ends a server that has slots at the moment, as a machine does whose power is cut. */
  async kill(): Promise<void> {
    for (const server of [...this.primaries, ...this.replicas]) {
      if (!(await roleOf(server)).startsWith('master')) continue;
      this.#killed = server;
      await server.kill();
      return;
    }
  }

  /** Starts the server that was ended, and waits until the cluster has all slots and every replica its primary. */
  async resume(): Promise<void> {
    await this.#killed?.resume();
    await this.isWell();
  }

  async isWell(): Promise<void> {
    for (const server of [...this.primaries, ...this.replicas]) {
      await until(async () => String(await command(server, 'CLUSTER', 'INFO')).includes('cluster_state:ok'));
      await until(async () => !(await roleOf(server)).includes('master_link_status:down'));
    }
  }

  async remove(): Promise<void> {
    await Promise.all([...this.primaries, ...this.replicas].map((server) => server.remove()));
  }

  async #join(): Promise<void> {
    const [first, ...others] = [...this.primaries, ...this.replicas];
    if (!first) return;
    for (const [at, server] of this.primaries.entries()) {
      const [from, to] = [at, at + 1].map((part) => Math.floor((SLOTS * part) / PRIMARIES));
      await command(server, 'CLUSTER', 'ADDSLOTSRANGE', String(from), String((to ?? 0) - 1));
      await command(server, 'CLUSTER', 'SET-CONFIG-EPOCH', String(at + 1));
    }
    for (const { port } of others) await command(first, 'CLUSTER', 'MEET', '127.0.0.1', String(port));
    for (const [at, replica] of this.replicas.entries()) {
      const primary = String(await command(this.primaries[at % PRIMARIES] ?? first, 'CLUSTER', 'MYID'));
      await until(async () => String(await command(replica, 'CLUSTER', 'NODES')).includes(primary));
      await command(replica, 'CLUSTER', 'REPLICATE', primary);
    }
    await this.isWell();
  }
}

/** Three Sentinels that watch a primary with one replica. */
export class RedisSentinels {
  private constructor(
    readonly primary: RedisServer,
    readonly replica: RedisServer,
    readonly sentinels: readonly RedisServer[],
  ) {}

  /** @param settings More of the two servers, as `redis-server` takes them. */
  static async start(...settings: string[]): Promise<RedisSentinels> {
    const atOnce = ['--repl-diskless-sync-delay', '0', ...settings];
    const [primary, replica] = await Promise.all([RedisServer.start(...atOnce), RedisServer.start(...atOnce)]);
    await command(replica, 'REPLICAOF', '127.0.0.1', String(primary.port));
    const sentinels = await Promise.all([1, 2, 3].map(() => RedisServer.startSentinel(primary, 'main')));
    const all = new RedisSentinels(primary, replica, sentinels);
    await until(async () => (await roleOf(replica)).includes('master_link_status:up'));
    for (const sentinel of sentinels)
      await until(async () => /slaves=1,sentinels=3/.test(String(await command(sentinel, 'INFO', 'sentinel'))));
    return all;
  }

  /** The addresses of the Sentinels. */
  get nodes(): string[] {
    return this.sentinels.map(({ port }) => `127.0.0.1:${port}`);
  }

  /** From now on, the Sentinels replace the primary soon after its end. */
  async watchClosely(): Promise<void> {
    const { primary: limit } = SOON;
    const watch = (sentinel: RedisServer) =>
      command(sentinel, 'SENTINEL', 'SET', 'main', 'down-after-milliseconds', limit);
    await Promise.all(this.sentinels.map(watch));
  }

  async remove(): Promise<void> {
    await Promise.all([...this.sentinels, this.primary, this.replica].map((server) => server.remove()));
  }
}

/** Sends a command to one server. */
export async function command({ url }: RedisServer, ...words: string[]): Promise<unknown> {
  const client = createClient({ url, RESP: 2, socket: { reconnectStrategy: false } });
  client.on('error', () => {});
  await client.connect();
  try {
    return await client.sendCommand(words);
  } finally {
    client.destroy();
  }
}

/** @returns Empty for a server that does not answer. */
async function roleOf(server: RedisServer): Promise<string> {
  const info = await command(server, 'INFO', 'replication').catch(() => '');
  return /role:([\s\S]*)/.exec(String(info))?.[1] ?? '';
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > deadline) throw new Error('The servers did not become ready.');
    await pass(50);
  }
}
