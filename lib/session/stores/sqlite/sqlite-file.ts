import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { MissingClientError, UnhostedStoreError, UnwritableFileError } from '../../../errors/index.js';

/** The default file, in the folder for data of this machine; a `.gitignore` in the folder excludes it from git. */
export const DEFAULT_FILE = '.gatehouse/sessions.db';
/** Milliseconds to wait while another process writes. */
const BUSY = 5_000;
/** SQLITE_BUSY. @see https://www.sqlite.org/rescode.html#busy */
const LOCKED = 5;

const PRAGMAS = `
  PRAGMA busy_timeout = ${BUSY};
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;`;

/** Options for the SQLite session store and revocation list. */
export interface SqliteOptions {
  /** The path of the file, relative to the working directory of the server. Default: `.gatehouse/sessions.db`. */
  file?: string | undefined;
}

/**
 * Opens a database file, which several processes of one machine may open.
 *
 * @param schema The statements that create missing tables.
 * @throws {MissingClientError} When Node has no SQLite.
 * @throws {UnhostedStoreError} In a Worker, whose Node modules pretend that there are files.
 * @throws {UnwritableFileError} When the file or its folder cannot be written.
 */
export function openDatabase({ file = DEFAULT_FILE }: SqliteOptions, schema: string): DatabaseSync {
  const database = openFile(file);
  setUp(database, schema);
  return database;
}

/**
 * Retries until a deadline: SQLite refuses processes that start concurrently, instead of letting them wait, to avoid
 * a deadlock.
 */
function setUp(database: DatabaseSync, schema: string): void {
  const deadline = performance.now() + BUSY;
  for (;;) {
    try {
      database.exec(PRAGMAS + schema);
      return;
    } catch (error) {
      if (!isLocked(error) || performance.now() > deadline) throw error;
    }
  }
}

/** @see https://developers.cloudflare.com/workers/runtime-apis/web-standards/#navigatoruseragent */
const WORKER = 'Cloudflare-Workers';

function openFile(file: string): DatabaseSync {
  if (globalThis.navigator?.userAgent === WORKER) {
    const instead = "store: { use: 'cookie' }, or D1 as docs/cloudflare.md shows it";
    throw new UnhostedStoreError('sqlite', 'Cloudflare Workers', 'there are no files', instead);
  }
  // Loaded at run time, because Node 22.12 has it only behind a flag, and other runtimes do not have it.
  const sqlite = process.getBuiltinModule('node:sqlite');
  if (!sqlite) throw new MissingClientError('SQLite', 'node:sqlite', 'Run the server on Node 22.13 or newer.');
  if (file !== ':memory:') createFile(file);
  return new sqlite.DatabaseSync(file);
}

function createFile(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    // Only the server's user may read the file. SQLite gives the files that it adds the same permissions.
    closeSync(openSync(file, 'a', 0o600));
    if (file === DEFAULT_FILE) writeFileSync(join(dirname(file), '.gitignore'), '*\n');
  } catch (error) {
    throw new UnwritableFileError(resolve(file), error);
  }
}

/** Checks whether an error means that another process is writing. */
export function isLocked(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === LOCKED;
}
