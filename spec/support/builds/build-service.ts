import { type ChildProcess, fork } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { BuildOrder, Outcome } from './build-client.ts';

/** Bytes of memory beyond which a process is replaced: Astro keeps much of what a build took. */
const MOST_MEMORY = 900 * 1024 * 1024;
/** Milliseconds that one build may take. */
const TIME_LIMIT = 100_000;

type Report = Outcome & { readonly memory: number };

/** Builds projects for the workers of a test run, in processes that are started when they are needed, and kept. */
export class BuildService {
  readonly #idle: ChildProcess[] = [];
  readonly #queue: (() => void)[] = [];
  readonly #server: Server;
  #busy = 0;

  /** The socket that takes orders. */
  readonly path = join(tmpdir(), `gatehouse-builds-${process.pid}.sock`);
  readonly #astro: string;
  readonly #most: number;

  private constructor(astro: string, most: number) {
    this.#astro = astro;
    this.#most = most;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** @param astro The folder of Astro's package. @param most How many projects are built concurrently. */
  static async start(astro: string, most: number): Promise<BuildService> {
    const service = new BuildService(astro, most);
    rmSync(service.path, { force: true });
    await new Promise<void>((listening) => service.#server.listen(service.path, listening));
    return service;
  }

  async stop(): Promise<void> {
    for (const child of this.#idle.splice(0)) child.kill('SIGKILL');
    await new Promise((closed) => this.#server.close(closed));
  }

  #serve(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    createInterface({ input: socket }).on('line', async (order) => {
      socket.end(JSON.stringify(await this.#take(JSON.parse(order))));
    });
  }

  async #take(order: BuildOrder): Promise<Outcome> {
    while (this.#busy >= this.#most) await new Promise<void>((free) => this.#queue.push(free));
    this.#busy += 1;
    try {
      const child = this.#idle.pop() ?? this.#start();
      const { memory, ...outcome } = await build(child, order);
      if (memory < MOST_MEMORY) this.#idle.push(child);
      else child.kill('SIGKILL');
      return outcome;
    } finally {
      this.#busy -= 1;
      this.#queue.shift()?.();
    }
  }

  #start(): ChildProcess {
    const program = join(import.meta.dirname, 'build-process.mjs');
    return fork(program, [this.#astro], { stdio: 'ignore', execArgv: [] });
  }
}

function build(child: ChildProcess, order: BuildOrder): Promise<Report> {
  return new Promise((resolve) => {
    const settle = (report: Report) => {
      clearTimeout(timer);
      child.removeAllListeners();
      resolve(report);
    };
    const giveUp = (reason: string) => settle({ code: -1, output: reason, memory: Number.POSITIVE_INFINITY });
    const timer = setTimeout(() => giveUp(`The build took more than ${TIME_LIMIT} ms.`), TIME_LIMIT);
    child.once('message', (report: Report) => settle(report));
    child.once('exit', (code, signal) => giveUp(`The build ended its process: ${code ?? signal}.`));
    child.send(order);
  });
}
