import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { postgresMigration } from '../dist/session/stores/postgres/postgres-session-store.js';
import { freePort } from './redis.mjs';

/** Where Debian's package has the programs; elsewhere they are on the PATH. */
const PLACE = '/usr/lib/postgresql';
const START_LIMIT = 20_000;
const running = new Set();

export const isPostgresInstalled = () => spawnSync(programOf('postgres'), ['--version']).error === undefined;

/** A PostgreSQL for this run alone, with the table of sessions. It waits for the disk as any other does. */
export class Postgres {
  #process;
  #folder = mkdtempSync(join(tmpdir(), 'gatehouse-postgres-'));

  static async start() {
    const postgres = new Postgres();
    running.add(postgres);
    const port = String(await freePort());
    postgres.#create();
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories='].flatMap((setting) => ['-c', setting]);
    const place = ['-D', postgres.#folder, '-p', port];
    const owner = { ...ownerOf(), cwd: '/', stdio: 'ignore' };
    postgres.#process = spawn(programOf('postgres'), [...place, ...settings], owner);
    postgres.url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    await postgres.#migrate();
    return postgres;
  }

  #create() {
    const settings = ['-D', this.#folder, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C'];
    const owner = ownerOf();
    if (owner) chownSync(this.#folder, owner.uid, owner.gid);
    const { status, stderr } = spawnSync(programOf('initdb'), settings, { ...owner, cwd: '/', encoding: 'utf8' });
    if (status !== 0) throw new Error(`initdb failed: ${stderr}`);
  }

  async #migrate() {
    for (const deadline = Date.now() + START_LIMIT; ; ) {
      const client = new pg.Client({ connectionString: this.url });
      try {
        await client.connect();
        await client.query(postgresMigration());
        return;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await new Promise((wake) => setTimeout(wake, 50));
      } finally {
        await client.end().catch(() => {});
      }
    }
  }

  stop() {
    // A fast shutdown ends its own processes as well.
    this.#process?.kill('SIGINT');
    const remove = () => rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
    if (this.#process) this.#process.once('exit', remove);
    else remove();
    running.delete(this);
  }

  static stopAll() {
    for (const postgres of running) postgres.stop();
  }
}

function programOf(name) {
  const versions = existsSync(PLACE) ? readdirSync(PLACE).sort((one, other) => Number(other) - Number(one)) : [];
  const found = versions.map((version) => join(PLACE, version, 'bin', name)).find((path) => existsSync(path));
  return found ?? name;
}

/** PostgreSQL refuses to run as root: it then runs as the user that its package has created. */
function ownerOf() {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}
