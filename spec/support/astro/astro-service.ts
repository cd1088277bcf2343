import { type ChildProcess, fork } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { AstroOrder, AstroReport } from './astro-client.ts';

/** Bytes of memory beyond which a process is not used again: Astro keeps much of what a command took. */
const MOST_MEMORY = 1_500 * 1024 * 1024;

/** Runs commands of Astro's for the workers of a test run, in processes that are started when they are needed, and kept. */
export class AstroService {
  /** The socket that takes orders, one a connection. */
  readonly path = join(tmpdir(), `gatehouse-astro-${process.pid}.sock`);
  readonly #modules: string;
  readonly #idle: ChildProcess[] = [];
  /** Those that have read, for a check, what the next check is of as well. */
  readonly #checkers = new WeakSet<ChildProcess>();
  readonly #busy = new Set<ChildProcess>();
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
    for (const child of [...this.#idle, ...this.#busy]) child.kill('SIGKILL');
    await new Promise((closed) => this.#server.close(closed));
  }

  #serve(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    const lines = createInterface({ input: socket });
    lines.once('line', (order) => {
      const child = this.#take(JSON.parse(order), socket);
      // Once the command has ended, the process may be at somebody else's.
      lines.once('line', () => {
        if (this.#busy.has(child) && !socket.writableEnded) child.send('stop', () => {});
      });
    });
  }

  /** Passes on what the process reports, until the command ends. A client that hangs up before ends the process. */
  #take(order: AstroOrder, socket: Socket): ChildProcess {
    const isCheck = order.command === 'check';
    const child = this.#takeIdle(isCheck) ?? this.#start();
    this.#busy.add(child);
    if (isCheck) this.#checkers.add(child);
    const report = (line: AstroReport) => {
      if (!socket.destroyed) socket.write(`${asLine(line)}\n`);
    };
    const print = (chunk: Buffer) => report({ output: chunk.toString() });
    const kill = () => child.kill('SIGKILL');
    const end = (last: AstroReport, isUsable: boolean) => {
      if (!this.#busy.has(child)) return;
      for (const emitter of [child, child.stdout, child.stderr]) emitter?.removeAllListeners();
      socket.off('close', kill);
      this.#busy.delete(child);
      if (isUsable) this.#keep(child);
      else kill();
      report(last);
      socket.end();
    };
    child.on('message', (line: AstroReport & { readonly memory?: number }) => {
      if (line.code !== undefined) end(line, (line.memory ?? 0) < MOST_MEMORY);
      else report(line);
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

  /** Has a process wait for the next order, for as long as it lives. */
  #keep(child: ChildProcess): void {
    this.#idle.push(child);
    child.once('exit', () => {
      const at = this.#idle.indexOf(child);
      if (at >= 0) this.#idle.splice(at, 1);
    });
  }

  /** Takes one that has checked before for a check, and another for what else there is to do, if there is a choice. */
  #takeIdle(isCheck: boolean): ChildProcess | undefined {
    const fitting = this.#idle.findLastIndex((child) => this.#checkers.has(child) === isCheck);
    return this.#idle.splice(fitting, 1)[0];
  }

  #start(): ChildProcess {
    const program = join(import.meta.dirname, 'astro-process.mjs');
    return fork(program, [this.#modules], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] });
  }
}

/** JSON of one line: readers of lines take the separators of Unicode for ends of lines, too. */
function asLine(value: unknown): string {
  return JSON.stringify(value).replace(/[\u2028\u2029]/g, (separator) =>
    separator === '\u2028' ? '\\u2028' : '\\u2029',
  );
}
