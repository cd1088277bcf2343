import { inTime } from '../../../base/waiting.js';
import type { EvictingStoreError } from '../../../errors/index.js';
import { type Eviction, evictionOf, evictionProblem, unknownPolicy, warnOnce } from './eviction-policy.js';
import { nodeRedisCommands, serverOf } from './node-redis-commands.js';
import { clientFor, destroyClient, importRedis, LeftClients, type OwnClient } from './redis-clients.js';
import type { RedisCommands } from './redis-commands.js';
import { explained, isDemoted, isReply, RedisFailure } from './redis-failure.js';
import { assertOnePlace, DEFAULT_PREFIX, nameOfPlace, type RedisOptions, type RedisPlace } from './redis-options.js';

const TIMEOUT = 2;
/** Number of timeouts without any answer of the server after which a client is replaced. */
const PATIENCE = 5;
/** Milliseconds that a client keeps a server which refuses changes: its name may resolve to another one by then. */
const SETTLING = 250;
/** Milliseconds for which a client's last connection error explains a timeout. */
const FRESH = 10_000;

/** A client with its commands. */
interface Link {
  readonly commands: RedisCommands;
  /** Left out for commands of the application. */
  readonly client?: OwnClient | undefined;
}

/** A command that waits for its answer. */
interface Asked {
  /** Contains the link while it owes the answer. */
  link?: Link | undefined;
  /** When the link was given the command. */
  at: number;
}

/**
 * A connection that is opened at first use and recovers automatically: its client reconnects after a close, and a new
 * client replaces it when the server has become a replica or has vanished without closing anything.
 */
export class RedisConnection {
  /** The prefix of every key. */
  readonly prefix: string;
  readonly #options: RedisOptions;
  /** The link to the application's own client. */
  readonly #given: Link | undefined;
  readonly #timeout: number;
  #link: Link | undefined;
  /** When the server last answered. */
  #heard = 0;
  #since = 0;
  #connecting: Promise<Link> | undefined;
  /** The client that is about to connect. */
  #opening: OwnClient | undefined;
  readonly #left = new LeftClients();
  #problem: EvictingStoreError | undefined;
  /** The client's last connection error. */
  #failure: { readonly error: unknown; readonly at: number } | undefined;

  /** @throws {InvalidOptionsError} When the options name several places. */
  constructor(options: RedisOptions) {
    assertOnePlace(options);
    this.prefix = options.keyPrefix ?? DEFAULT_PREFIX;
    this.#options = options;
    this.#given = linkTo(options.client);
    this.#timeout = (options.timeout ?? TIMEOUT) * 1000;
  }

  /**
   * Connects and checks the eviction policy. @throws {EvictingStoreError} When it drops keys. @throws After the
   * timeout.
   */
  async prepare(): Promise<void> {
    try {
      await this.ask(async () => undefined);
    } catch (error) {
      throw this.#problem ?? error;
    }
  }

  /** Checks again whether keys may have been dropped, because the policy can change at run time. Logs it if so. */
  async eviction(): Promise<Eviction> {
    const eviction = await this.ask((commands) => this.#evictionOf(commands));
    const problem = evictionProblem(eviction.policy, this.#host);
    if (problem) warnOnce(problem.message);
    return eviction;
  }

  /** Closes the connection, unless the client belongs to the application. A failed connection attempt is ignored. */
  async close(): Promise<void> {
    this.#left.destroy();
    // An attempt to connect to a server that is away lasts longer than a process that stops may wait.
    if (this.#opening) destroyClient(this.#opening);
    else if (this.#link !== this.#given) destroyClient(this.#link?.client);
  }

  /** Runs a script that changes nothing. */
  look(script: string, key: string, ...values: string[]): Promise<unknown> {
    return this.ask((commands) => commands.eval(script, [this.prefix + key], values));
  }

  /** Runs a script that changes something. With `replicas`, waits until as many have the change. */
  run(script: string, keys: string | readonly string[], ...values: string[]): Promise<unknown> {
    const all = [keys].flat().map((key) => this.prefix + key);
    return this.ask(async (commands, client) => {
      const answer = await commands.eval(script, all, values);
      if (client && this.#options.replicas) await this.#replicated(client, all[0] ?? '', this.#options.replicas);
      return answer;
    });
  }

  /**
   * Runs one command, and repeats it once if the server refuses it because it has become a replica.
   *
   * @throws When it does not answer in time. A client that has lost its server reconnects by itself.
   */
  async ask<Answer>(command: (commands: RedisCommands, client?: OwnClient) => Promise<Answer>): Promise<Answer> {
    const asked: Asked = { at: 0 };
    try {
      // The time that the package takes to load is not the server's.
      if (!this.#link && !this.#given) await importRedis();
      return await inTime(this.#answer(command, asked), this.#timeout, 'Redis');
    } catch (error) {
      if (asked.link) this.#leaveLate(asked.link, asked.at);
      const isFresh = this.#failure && Date.now() - this.#failure.at < FRESH;
      throw explained(error, isFresh ? this.#failure?.error : undefined, this.#host, this.#place);
    }
  }

  async #answer<Answer>(
    command: (commands: RedisCommands, client?: OwnClient) => Promise<Answer>,
    asked: Asked,
  ): Promise<Answer> {
    for (let isAgain = false; ; isAgain = true) {
      const link = await this.#connected();
      Object.assign(asked, { link, at: performance.now() });
      try {
        const answer = await command(link.commands, link.client);
        this.#heard = performance.now();
        return answer;
      } catch (error) {
        if (!this.#isLeft(link, error) || isAgain) throw error;
      } finally {
        asked.link = undefined;
      }
    }
  }

  /** Replaces a client if its error shows that it is of no more use. @returns Whether to repeat the command. */
  #isLeft(link: Link, error: unknown): boolean {
    const now = performance.now();
    if (isReply(error)) {
      this.#heard = now;
      const isSettled = link !== this.#link || now - this.#since > SETTLING;
      return isDemoted(error) && isSettled && this.#leave(link, 'gently');
    }
    if (now - this.#heard > PATIENCE * this.#timeout) this.#leave(link);
    return false;
  }

  /** Drops a client that has not answered in time, unless other commands were answered in that time. */
  #leaveLate(link: Link, askedAt: number): void {
    // A server that lost power or network closes nothing.
    if (this.#heard <= askedAt) this.#leave(link);
    // The other nodes of a cluster answer, and can finish the commands of other requests before their timeout.
    else if (this.#options.cluster) this.#leave(link, 'later');
  }

  /** Drops a client, unless it is the application's own. @returns Whether another client may succeed. */
  #leave(link: Link, how?: 'gently' | 'later'): boolean {
    if (link === this.#given) return false;
    if (link !== this.#link) return true;
    this.#link = undefined;
    const { client } = link;
    // A server that still answers can finish the pending commands of other requests.
    if (how === 'gently' && client?.close) client.close().catch(() => {});
    else if (how === 'later') this.#left.add(client, this.#timeout);
    else destroyClient(client);
    return true;
  }

  async #connected(): Promise<Link> {
    if (this.#link) return this.#link;
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    this.#link = await this.#connecting;
    return this.#link;
  }

  async #connect(): Promise<Link> {
    if (this.#given) return this.#settle(this.#given);
    const client = clientFor(await importRedis(), this.#place, { timeout: this.#timeout, reconnects: true });
    this.#opening = client;
    try {
      // A client alone waits forever for a server that accepts connections but does not answer.
      const settling = this.#settle({ commands: nodeRedisCommands(client), client });
      return await inTime(settling, PATIENCE * this.#timeout, 'Redis');
    } catch (error) {
      destroyClient(client);
      throw error;
    } finally {
      this.#opening = undefined;
    }
  }

  async #settle(link: Link): Promise<Link> {
    const { client, commands } = link;
    // Without a listener, an error would end the process. The waiting command reports it anyway.
    if (client && !client.isOpen) {
      client.on('error', (error) => {
        this.#failure = { error, at: Date.now() };
      });
      await client.connect();
    }
    this.#problem = evictionProblem((await this.#evictionOf(commands)).policy, this.#host);
    // For a running server this is an outage, because nothing else helps its users.
    if (this.#problem) throw new Error(this.#problem.message);
    this.#since = performance.now();
    this.#heard = this.#since;
    return link;
  }

  async #evictionOf(commands: RedisCommands): Promise<Eviction> {
    const eviction = await evictionOf(commands, this.#timeout / 2);
    if (eviction.policy === undefined && !eviction.isUnheard) warnOnce(unknownPolicy(this.#host));
    return eviction;
  }

  /** @throws {RedisFailure} When fewer replicas have the last change in time. */
  async #replicated(client: OwnClient, key: string, replicas: number): Promise<void> {
    const send = await serverOf(client, key);
    const reached = Number(await send('WAIT', String(replicas), String(Math.ceil(this.#timeout / 2))));
    if (reached >= replicas) return;
    throw new RedisFailure(
      `A change in Redis at ${this.#host} reached ${reached} of ${replicas} replicas.`,
      'It may be lost if the primary fails: make sure that the replicas are running, or lower the option replicas.',
    );
  }

  get #place(): RedisPlace {
    const { url, cluster, sentinel } = this.#options;
    return cluster || sentinel ? { cluster, sentinel } : { url: url ?? process.env.REDIS_URL };
  }

  get #host(): string {
    return this.#given ? "the client's address" : nameOfPlace(this.#place);
  }
}

function linkTo(client: RedisOptions['client']): Link | undefined {
  if (client === undefined) return undefined;
  return 'servers' in client ? { commands: client } : { commands: nodeRedisCommands(client), client };
}
