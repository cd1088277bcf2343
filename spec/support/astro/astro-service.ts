import { type ChildProcess, fork } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { AstroOrder, AstroReport } from './astro-client.ts';

/**
 * Bytes of memory beyond which a process is not used again: Astro keeps much of what a command took. Another one has to
 * load Astro first, and is slow at its first command, so there is more where the machine has more.
 */
const MOST_MEMORY = Math.max(1_500 * 1024 * 1024, totalmem() / 10);
/** Megabytes for what is new: most of what a build makes is not needed any more when they are full, and so never copied. */
const YOUNG_GENERATION = ['--min-semi-space-size=32', '--max-semi-space-size=64'];

/** A line of a process: at the end also its bytes of memory, and whether something of the command may go on in it. */
interface ProcessReport extends AstroReport {
  readonly memory?: number;
  readonly isSpent?: boolean;
}

/** Runs commands of Astro's for the workers of a test run, in processes that are started when they are needed, and kept. */
export class AstroService {
  /** The socket that takes orders, one a connection. */
  readonly path = join(tmpdir(), `gatehouse-astro-${process.pid}.sock`);
  readonly #modules: string;
  readonly #idle: ChildProcess[] = [];
  /** The one that checks, while it has nothing to do: it has read already what every check is of as well. */
  readonly #checker: ChildProcess[] = [];
  /** Ends with the last check that was ordered. */
  #checks: Promise<void> = Promise.resolve();
  readonly #busy = new Set<ChildProcess>();
  /** What each has done before: the first development server of a process takes three times as long as its second. */
  readonly #done = new WeakMap<ChildProcess, Set<string>>();
  readonly #server: Server;

  /** @param modules The folder of packages that has Astro's. */
  private constructor(modules: string) {
    this.#modules = modules;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async start(modules: string): Promise<AstroService> {
    const service = new AstroService(modules);
    rmSync(service.path, { force: true });
    await new Promise<void>((listening) => service.#server.listen(service.path, listening));
    return service;
  }

  async stop(): Promise<void> {
    for (const child of [...this.#idle, ...this.#checker, ...this.#busy]) child.kill('SIGKILL');
    await new Promise((closed) => this.#server.close(closed));
  }

  #serve(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    const lines = createInterface({ input: socket });
    lines.once('line', (line) => {
      const order: AstroOrder = JSON.parse(line);
      if (order.command === 'check') {
        this.#checks = this.#checks.then(() => this.#check(order, socket));
        return;
      }
      const child = this.#run(order, socket, this.#idle);
      // Once the command has ended, the process may be at somebody else's.
      lines.once('line', () => {
        if (this.#busy.has(child) && !socket.writableEnded) child.send('stop', () => {});
      });
    });
  }

  /** Checks in turn, because a second process would have to read all that the first one has read. */
  async #check(order: AstroOrder, socket: Socket): Promise<void> {
    if (socket.destroyed) return;
    await new Promise<void>((ended) => this.#run(order, socket, this.#checker, ended));
  }

  /**
   * Passes on what the process reports, until the command ends. A client that hangs up before ends the process.
   *
   * @param idle Where processes wait for such a command.
   */
  #run(order: AstroOrder, socket: Socket, idle: ChildProcess[], ended?: () => void): ChildProcess {
    const child = this.#taken(idle, order.command) ?? this.#start();
    this.#done.set(child, (this.#done.get(child) ?? new Set()).add(order.command));
    this.#busy.add(child);
    const report = (line: AstroReport) => {
      if (!socket.destroyed) socket.write(`${asLine(line)}\n`);
    };
    report({ isBegun: true });
    const print = (chunk: Buffer) => report({ output: chunk.toString() });
    const kill = () => child.kill('SIGKILL');
    const end = (last: AstroReport, isUsable: boolean) => {
      if (!this.#busy.has(child)) return;
      for (const emitter of [child, child.stdout, child.stderr]) emitter?.removeAllListeners();
      socket.off('close', kill);
      this.#busy.delete(child);
      if (isUsable) keep(child, idle);
      else kill();
      report(last);
      socket.end();
      ended?.();
    };
    child.on('message', (line: ProcessReport) => {
      const { memory = 0, isSpent = false, ...said } = line;
      if (said.code !== undefined) end(said, !isSpent && memory < MOST_MEMORY);
      else report(said);
    });
    // An error that nothing catches is printed by Node itself.
    child.stdout?.on('data', print);
    child.stderr?.on('data', print);
    child.once('close', (code) => end({ code: code ?? -1 }, false));
    socket.once('close', kill);
    child.send(order, (error) => {
      if (error) end({ output: `${error}\n`, isError: true, code: -1 }, false);
    });
    return child;
  }

  /** The last that waits and has run such a command before; or else the last. */
  #taken(idle: ChildProcess[], command: string): ChildProcess | undefined {
    const at = idle.findLastIndex((child) => this.#done.get(child)?.has(command));
    return idle.splice(at, 1)[0];
  }

  #start(): ChildProcess {
    const program = join(import.meta.dirname, 'astro-process.mjs');
    return fork(program, [this.#modules], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: YOUNG_GENERATION });
  }
}

/** Has a process wait for the next command, for as long as it lives. */
function keep(child: ChildProcess, idle: ChildProcess[]): void {
  idle.push(child);
  child.once('exit', () => {
    const at = idle.indexOf(child);
    if (at >= 0) idle.splice(at, 1);
  });
}

/** JSON of one line: readers of lines take the separators of Unicode for ends of lines, too. */
function asLine(value: unknown): string {
  return JSON.stringify(value).replace(/[\u2028\u2029]/g, (separator) =>
    separator === '\u2028' ? '\\u2028' : '\\u2029',
  );
}
