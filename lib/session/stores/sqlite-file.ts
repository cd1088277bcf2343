import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { MissingClientError } from '../../errors.js';

/** Where a project keeps what belongs to this machine alone; the folder keeps itself out of git. */
export const DEFAULT_FILE = '.gatehouse/sessions.db';
/** Milliseconds for which a process waits while another one writes. */
const BUSY = 5_000;
/** SQLITE_BUSY. @see https://www.sqlite.org/rescode.html#busy */
const LOCKED = 5;

const PRAGMAS = `
  PRAGMA busy_timeout = ${BUSY};
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;`;

export interface SqliteOptions {
  /** Default `.gatehouse/sessions.db`, from where the server was started. */
  file?: string | undefined;
}

/**
 * Opens a file that several processes of one machine may have open.
 *
 * @param schema What makes the tables that are not there yet.
 * @throws {MissingClientError} Where Node has no SQLite.
 */
export function openDatabase({ file = DEFAULT_FILE }: SqliteOptions, schema: string): DatabaseSync {
  const database = openFile(file);
  setUp(database, schema);
  return database;
}

/** Processes that start at the same moment refuse each other without waiting, lest they wait for ever: then once more. */
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

function openFile(file: string): DatabaseSync {
  // Asked for at run time: Node 22.12 has it behind a flag, and other runtimes have none.
  const sqlite = process.getBuiltinModule('node:sqlite');
  if (!sqlite) throw new MissingClientError('SQLite', 'node:sqlite', 'Run the server on Node 22.13 or newer.');
  if (file !== ':memory:') {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    // For the server alone to read, and what SQLite puts beside it likewise.
    closeSync(openSync(file, 'a', 0o600));
    if (file === DEFAULT_FILE) writeFileSync(join(dirname(file), '.gitignore'), '*\n');
  }
  return new sqlite.DatabaseSync(file);
}

/** Whether an error says that somebody else is writing at this moment. */
export function isLocked(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === LOCKED;
}
