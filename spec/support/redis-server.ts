import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './app.js';

/** A Redis of our own, in a folder of its own. Debian's package `redis-server` has the program. */
export class RedisServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'gatehouse-redis-'));
  #process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly settings: readonly string[],
  ) {}

  /** @param settings More of them, as `redis-server` takes them: `--cluster-enabled yes`. */
  static async start(...settings: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), settings);
    await server.resume();
    return server;
  }

  /** Starts a Sentinel that watches a primary, and replaces it after a time without an answer. */
  static async startSentinel(primary: RedisServer, name: string): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), ['--sentinel']);
    const watch = [
      `port ${server.port}`,
      'sentinel resolve-hostnames no',
      `sentinel monitor ${name} 127.0.0.1 ${primary.port} 2`,
      `sentinel down-after-milliseconds ${name} 30000`,
      `sentinel failover-timeout ${name} 1000`,
    ];
    writeFileSync(join(server.#folder, 'sentinel.conf'), watch.join('\n'));
    await server.resume();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it, again with what it had. */
  async resume(): Promise<void> {
    const isSentinel = this.settings[0] === '--sentinel';
    const settings = isSentinel ? [join(this.#folder, 'sentinel.conf'), ...this.settings] : this.#serverSettings;
    this.#process = spawn('redis-server', settings, { stdio: 'ignore' });
    const failed = new Promise<never>((_, reject) => this.#process?.once('error', reject));
    await Promise.race([this.#answers(), failed]);
  }

  /**
   * Everything is in the file before it is answered. As only the process is ever killed, and not the machine, nothing has
   * to wait for the disk, whose pauses look like a server that is gone.
   */
  get #serverSettings(): string[] {
    const place = ['--port', String(this.port), '--dir', this.#folder];
    return [...place, '--appendonly', 'yes', '--appendfsync', 'no', '--save', '', ...this.settings];
  }

  /** Ends it, as a machine does whose power is cut. */
  async kill(): Promise<void> {
    const process = this.#process;
    if (!process || process.exitCode !== null || process.signalCode !== null) return;
    const ended = new Promise((resolve) => process.once('exit', resolve));
    process.kill('SIGKILL');
    await ended;
  }

  /** Keeps it from answering, without ending it. */
  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  unpause(): void {
    this.#process?.kill('SIGCONT');
  }

  async remove(): Promise<void> {
    this.unpause();
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #answers(): Promise<void> {
    const deadline = Date.now() + 10_000;
    while (Date.now() < deadline) {
      if (await canConnect(this.port)) return;
      await new Promise((wake) => setTimeout(wake, 20));
    }
    throw new Error(`redis-server does not answer on port ${this.port}.`);
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
