import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from './app.js';

/** Where Debian's package `postgresql` has the programs; elsewhere they are on the PATH. */
const PLACE = '/usr/lib/postgresql';

/** A PostgreSQL of our own, in a folder of its own. */
export class PostgresServer {
  readonly #folder: string;
  #process: ChildProcess | undefined;

  private constructor(
    folder: string,
    readonly port: number,
  ) {
    this.#folder = folder;
  }

  static async start(): Promise<PostgresServer> {
    const folder = createDatabase();
    // It takes a second to create a database, in which somebody else could be given the port.
    const server = new PostgresServer(folder, await freePort());
    await server.resume();
    return server;
  }

  /** The address of its database, to which its superuser needs no password. */
  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  /** Starts it, again with what it had. */
  async resume(): Promise<void> {
    const deadline = Date.now() + 20_000;
    while (Date.now() < deadline) {
      // It refuses to start while processes of the one that was killed are still there.
      if (!this.#isRunning) this.#spawn();
      if (await this.#answers()) return;
      await new Promise((wake) => setTimeout(wake, 50));
    }
    throw new Error(`PostgreSQL does not answer on port ${this.port}.`);
  }

  /** Ends it, as a machine does whose power is cut. */
  async kill(signal: 'SIGKILL' | 'SIGINT' = 'SIGKILL'): Promise<void> {
    const process = this.#process;
    if (!process || !this.#isRunning) return;
    const ended = new Promise((resolve) => process.once('exit', resolve));
    const others = signal === 'SIGKILL' ? stoppedChildrenOf(process) : [];
    process.kill(signal);
    for (const other of others) killIfThere(other);
    await ended;
    while (others.some(isThere)) await new Promise((wake) => setTimeout(wake, 5));
  }

  async remove(): Promise<void> {
    await this.kill('SIGINT');
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Runs SQL as its superuser. */
  async query(text: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  }

  /** Asks everybody but its superuser for a password from now on. */
  async requirePasswords(): Promise<void> {
    const rules = ['host all postgres 127.0.0.1/32 trust', 'host all all 127.0.0.1/32 scram-sha-256'];
    writeFileSync(join(this.#folder, 'pg_hba.conf'), `${rules.join('\n')}\n`);
    await this.query('SELECT pg_reload_conf()');
  }

  get #isRunning(): boolean {
    return this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  #spawn(): void {
    const settings = ['-D', this.#folder, '-p', String(this.port), '-c', 'listen_addresses=127.0.0.1'];
    const quiet = ['-c', 'unix_socket_directories=', '-c', 'max_connections=200', '-c', 'shared_buffers=32MB'];
    // What is written outlives the end of its processes, and nobody ends the machine. A page may be half written, though,
    // when a process is killed, so whole pages stay in the log.
    const fast = ['-c', 'fsync=off'];
    this.#process = spawn(programOf('postgres'), [...settings, ...quiet, ...fast], {
      ...ownerOf(),
      cwd: '/',
      stdio: 'ignore',
    });
  }

  async #answers(): Promise<boolean> {
    return this.query('SELECT 1').then(
      () => true,
      () => false,
    );
  }
}

/** @returns The folder of a new database. */
function createDatabase(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-postgres-'));
  const owner = ownerOf();
  if (owner) chownSync(folder, owner.uid, owner.gid);
  const settings = ['-D', folder, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  const { status, stderr } = spawnSync(programOf('initdb'), settings, { ...owner, cwd: '/', encoding: 'utf8' });
  if (status !== 0) throw new Error(`initdb failed: ${stderr}`);
  return folder;
}

function programOf(name: string): string {
  const versions = existsSync(PLACE) ? readdirSync(PLACE).sort((one, other) => Number(other) - Number(one)) : [];
  const found = versions.map((version) => join(PLACE, version, 'bin', name)).find((path) => existsSync(path));
  return found ?? name;
}

/** PostgreSQL refuses to run as root: it then runs as the user that its package has created. */
function ownerOf(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

/** The processes of a server, which would go on for a moment without it. It is stopped, and so starts no more of them. */
function stoppedChildrenOf(server: ChildProcess): number[] {
  server.kill('SIGSTOP');
  const parent = server.pid;
  const listed = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8');
  return listed.split(' ').filter(Boolean).map(Number);
}

function killIfThere(id: number): void {
  try {
    process.kill(id, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function isThere(id: number): boolean {
  try {
    // One that has ended but was not waited for is listed still.
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${id}/status`, 'utf8'));
  } catch {
    return false;
  }
}
