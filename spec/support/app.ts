import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { AstroCommand, type Outcome, runAstro } from './astro/astro-client.js';
import { buildOnce } from './astro/kept-builds.js';
import { APPS, INSTALLED } from './packed-package.js';
import { SECRET } from './secret.js';

const ROOT = resolve(import.meta.dirname, '../..');
const ASTRO = join(ROOT, 'node_modules/astro/bin/astro.mjs');
/** Astro bundles a package that a project says it depends on. */
const DEPENDENCIES = {
  'astro-gatehouse': '*',
  '@astrojs/preact': '*',
  '@astrojs/node': '*',
  '@astrojs/cloudflare': '*',
};
/** The first start on workerd bundles what the server imports. */
const START_LIMIT = 60_000;
/** Milliseconds that what a server prints may take: the first request of a development server compiles what it needs. */
const PRINT_LIMIT = 20_000;
/** Milliseconds in which a change of the sources is to have its effect: it may have the server restarted. */
const CHANGE_LIMIT = 30_000;
/** Those below where Linux takes the ports of connections from, which could have one before its server listens. */
const PORTS = { first: 11_000, workers: 8, ofEach: 2_500 };

export { type Outcome, SECRET };

/** An Astro application, below the repository, that imports the packed package. */
export class App {
  private constructor(readonly folder: string) {}

  /**
   * @param source A folder to copy, from the repository's root; or nothing, for an application made of `files` alone.
   * @param files More files, or other contents for some: path → text.
   */
  static create(source: string | undefined, files: Record<string, string> = {}): App {
    mkdirSync(APPS, { recursive: true });
    const app = new App(mkdtempSync(join(APPS, 'app-')));
    if (source) {
      const copied = (path: string) => !/node_modules|[\\/](?:dist|\.astro|\.gatehouse)$/.test(path.slice(ROOT.length));
      cpSync(join(ROOT, source), app.folder, { recursive: true, filter: copied });
    }
    app.write({ 'package.json': JSON.stringify({ type: 'module', dependencies: DEPENDENCIES }), ...files });
    return app;
  }

  /** @param folder That of an application that finds its packages by itself. */
  static at(folder: string): App {
    return new App(folder);
  }

  write(files: Record<string, string>): void {
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }

  /** Changes a file of the application. */
  rewrite(path: string, change: (text: string) => string): void {
    this.write({ [path]: change(readFileSync(join(this.folder, path), 'utf8')) });
  }

  /**
   * Runs `astro <command>`. Of two builds with the same content only the first is run.
   *
   * @param command With its arguments, where it has some.
   */
  async astro(command: string | readonly string[], environment: Record<string, string> = {}): Promise<Outcome> {
    const all = this.#environment(environment);
    const [name = '', ...args] = [command].flat();
    if (command === 'build') return this.#build(environment, true);
    if (name === 'check' || name === 'sync')
      return runAstro({ command: name, args, folder: this.folder, environment: all });
    return run(process.execPath, [ASTRO, name, ...args], this.folder, all);
  }

  /** Runs `astro-gatehouse <args>`, the command that the package brings. */
  async gatehouse(...args: string[]): Promise<Outcome> {
    const { bin } = JSON.parse(readFileSync(join(INSTALLED, 'package.json'), 'utf8'));
    const program = join(INSTALLED, bin['astro-gatehouse']);
    const environment = this.#environment();
    // Those that load Astro are run where it is loaded.
    if (!['routes', 'doctor', 'sessions'].includes(args[0] ?? ''))
      return run(process.execPath, [program, ...args], this.folder, environment);
    return runAstro({ command: 'gatehouse', program, args, folder: this.folder, environment });
  }

  /** Runs `node <args>`. */
  async node(...args: string[]): Promise<Outcome> {
    return run(process.execPath, args, this.folder, this.#environment());
  }

  /** @throws When the build fails, with what it printed. */
  async build(environment: Record<string, string> = {}): Promise<this> {
    const { code, output } = await this.#build(environment, false);
    if (code !== 0) throw new Error(`astro build failed:\n${output}`);
    return this;
  }

  /** Serves the build. @param environment In place of a good secret. @param entry What to start. */
  async serve(
    environment: Record<string, string> = { GATEHOUSE_SECRET: SECRET },
    entry = 'dist/server/entry.mjs',
  ): Promise<Server> {
    return this.serveBy([process.execPath, entry], environment);
  }

  /** Serves the build by a command, which listens on PORT. */
  async serveBy(command: readonly string[], environment: Record<string, string> = {}): Promise<Server> {
    const port = await freePort();
    const env = this.#environment({ ...environment, PORT: String(port), HOST: '127.0.0.1' });
    return Server.start((print) => new ServerProcess(command, this.folder, env, print), port);
  }

  /** Starts a built server that is expected to stop by itself. */
  async serveAndFail(environment: Record<string, string> = { GATEHOUSE_SECRET: SECRET }): Promise<Outcome> {
    const port = await freePort();
    const env = this.#environment({ ...environment, PORT: String(port), HOST: '127.0.0.1' });
    return run(process.execPath, ['dist/server/entry.mjs'], this.folder, env, 60_000);
  }

  /** Serves the sources with `astro dev`, or a build with `astro preview`. */
  async serveWith(command: 'dev' | 'preview', environment: Record<string, string> = {}): Promise<Server> {
    const port = await freePort();
    const env = this.#environment(environment);
    // What has an Astro of its own is served by that one.
    const own = join(this.folder, 'node_modules/astro/bin/astro.mjs');
    const hasOwn = existsSync(own);
    if (command === 'dev' && !hasOwn) {
      const order = { command, folder: this.folder, environment: env, port };
      return Server.start((print) => new AstroCommand(order, print), port);
    }
    const args = [process.execPath, hasOwn ? own : ASTRO, command, '--port', String(port), '--host', '127.0.0.1'];
    return Server.start((print) => new ServerProcess(args, this.folder, env, print), port);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #build(chosen: Record<string, string>, mayFail: boolean): Promise<Outcome> {
    const environment = this.#environment(chosen);
    // An application that has installed packages of its own is built where they are.
    const hasPackages = existsSync(join(this.folder, 'node_modules', '.package-lock.json'));
    if (hasPackages) return runAstro({ command: 'build', folder: this.folder, environment });
    return buildOnce({ folder: this.folder, chosen, environment, mayFail });
  }

  #environment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
    const { GATEHOUSE_SECRET: _, NODE_ENV: __, NODE_OPTIONS: ___, JEST_WORKER_ID: ____, ...inherited } = process.env;
    return { ...inherited, ASTRO_TELEMETRY_DISABLED: '1', CI: '1', ...more };
  }
}

/** What serves an application, as long as its exit code is `null`. */
interface Serving {
  readonly exitCode: number | null;
  stop(): Promise<void>;
}

type Print = (output: string) => void;

/** A served application. */
export class Server {
  output = '';
  readonly #serving: Serving;

  private constructor(
    serve: (print: Print) => Serving,
    readonly port: number,
  ) {
    this.#serving = serve((output) => {
      this.output += output;
    });
  }

  /** @throws When it ends, or does not answer in time, with what it printed. */
  static async start(serve: (print: Print) => Serving, port: number): Promise<Server> {
    const server = new Server(serve, port);
    const deadline = Date.now() + START_LIMIT;
    const isRunning = () => server.#serving.exitCode === null;
    while (Date.now() < deadline && isRunning()) {
      const asked = async () => fetch(`${server.origin}/__is-it-up`, { redirect: 'manual' }).catch(() => undefined);
      // To be refused a connection costs next to nothing, which a failed fetch does not.
      // Something else may answer in the place of one that has ended.
      if ((await isListening(port)) && (await asked()) && isRunning()) return server;
      await new Promise((wake) => setTimeout(wake, 20));
    }
    await server.stop();
    throw new Error(`The server did not start:\n${server.output}`);
  }

  /** What it has printed since, once that holds what is expected. @throws When that is not printed in time. */
  async printed(expected: string | RegExp, since = 0): Promise<string> {
    const deadline = Date.now() + PRINT_LIMIT;
    for (;;) {
      const output = this.output.slice(since);
      if (typeof expected === 'string' ? output.includes(expected) : output.search(expected) >= 0) return output;
      if (Date.now() > deadline) throw new Error(`${expected} was not printed, but:\n${output}`);
      await new Promise((wake) => setTimeout(wake, 20));
    }
  }

  /**
   * Waits for what becomes of a change, as of one to the sources that it serves. A server that restarts closes its
   * connections, so that a request which fails says nothing yet.
   *
   * @throws When it does not come to that in time, with the last failure as the cause.
   */
  async until(holds: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + CHANGE_LIMIT;
    for (;;) {
      let cause: unknown;
      const isSo = await holds().catch((error: unknown) => {
        cause = error;
        return false;
      });
      if (isSo) return;
      if (Date.now() > deadline) throw new Error(`It did not come to that:\n${this.output}`, { cause });
      await new Promise((wake) => setTimeout(wake, 20));
    }
  }

  /**
   * Waits until a development server has restarted.
   *
   * @param change Makes it restart. It is repeated where that is overlooked, as watchers of files do after another change.
   */
  async restarted(change: () => void): Promise<void> {
    const since = this.output.length;
    let changedAt = Number.NEGATIVE_INFINITY;
    await this.until(async () => {
      const output = this.output.slice(since);
      if (!output.includes('Restarting...') && Date.now() - changedAt > 2_000) {
        change();
        changedAt = Date.now();
      }
      return output.includes('server restarted.');
    });
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  stop(): Promise<void> {
    return this.#serving.stop();
  }
}

/** A process of its own that serves an application. */
class ServerProcess implements Serving {
  readonly #process: ChildProcess;

  constructor([program = '', ...args]: readonly string[], cwd: string, env: NodeJS.ProcessEnv, print: Print) {
    this.#process = spawn(program, args, { cwd, env, detached: true });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (chunk: Buffer) => print(chunk.toString()));
    }
  }

  get exitCode(): number | null {
    const { exitCode, signalCode } = this.#process;
    return exitCode ?? (signalCode === null ? null : -1);
  }

  async stop(): Promise<void> {
    if (this.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    // The whole group: previews start processes of their own.
    if (this.#process.pid) process.kill(-this.#process.pid, 'SIGKILL');
    await ended;
  }
}

async function run(
  command: string,
  args: string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  timeout = 100_000,
): Promise<Outcome> {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, { cwd, env, timeout, maxBuffer: 1e8 });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: number; stdout?: string; stderr?: string };
    return { code: typeof code === 'number' ? code : -1, output: stdout + stderr };
  }
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const isConnected = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  });
  socket.destroy();
  return isConnected;
}

/** Where the next port is looked for among those of this worker: other runs of the specs start elsewhere. */
let nextPort = Math.floor(Math.random() * PORTS.ofEach);

/** A port on which nothing listens, and which no other worker of this run is given. */
export async function freePort(): Promise<number> {
  const worker = Number(process.env.JEST_WORKER_ID ?? 1) % PORTS.workers;
  for (let tries = 0; tries < PORTS.ofEach; tries++) {
    nextPort = (nextPort + 1) % PORTS.ofEach;
    const port = PORTS.first + worker * PORTS.ofEach + nextPort;
    if (await isFree(port)) return port;
  }
  throw new Error('no free port');
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  const couldListen = await new Promise<boolean>((resolve) => {
    probe.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
  });
  if (couldListen) await new Promise((resolve) => probe.close(resolve));
  return couldListen;
}
