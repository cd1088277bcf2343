import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** The command that reports who may see what. */
export interface RoutesRequest {
  readonly command: 'routes';
  readonly root: string;
  readonly json: boolean;
  readonly public: boolean;
  readonly check: string | undefined;
}

/** The command that reports problems of a project. */
export interface DoctorRequest {
  readonly command: 'doctor';
  readonly root: string;
  readonly json: boolean;
}

/** The command that creates a secret. */
export interface SecretRequest {
  readonly command: 'secret';
  /** The file to write it to; without one it is printed. */
  readonly file: string | undefined;
}

/** The command that creates the table of the store. */
export interface MigrateRequest {
  readonly command: 'migrate';
  readonly root: string;
  /** True to print the SQL and change nothing. */
  readonly print: boolean;
  /** The name of the table, in place of that in the project's options. */
  readonly table: string | undefined;
  /** True to print the SQL for SQLite, libSQL and D1, in place of that for PostgreSQL. */
  readonly sqlite: boolean;
}

/** The command that lists, counts or ends the sessions in the store. */
export interface SessionsRequest {
  readonly command: 'sessions';
  readonly act: 'list' | 'count' | 'end';
  readonly root: string;
  readonly json: boolean;
  /** The values that the sessions must have, as `key=value`. */
  readonly by: readonly string[];
  /** The session to end; `undefined` for all that have the values. */
  readonly id: string | undefined;
  /** True to end more than one session. */
  readonly yes: boolean;
  /** Where the page of the list begins, and its length. */
  readonly after: string | undefined;
  readonly limit: number | undefined;
}

/** Thrown for an invalid command line. The message names the valid one. */
export class UsageError extends Error {}

export const HELP = `astro-gatehouse routes: who may see what at your site

  npx astro-gatehouse routes                    every page, endpoint, action, island, redirect and file
  npx astro-gatehouse routes --public           only what anybody may see
  npx astro-gatehouse routes --json > FILE      the same as JSON, to save with the project
  npx astro-gatehouse routes --check FILE       exit code 1 and the differences when it does not match FILE

astro-gatehouse doctor: what would stop or endanger a production server

  npx astro-gatehouse doctor                    problems and their cures; exit code 1 when one must be fixed
  npx astro-gatehouse doctor --json             the same as JSON

astro-gatehouse secret: the secret that seals sessions

  npx astro-gatehouse secret                    prints a new one, and nothing else
  npx astro-gatehouse secret --write [FILE]     writes it to .env, or FILE, in front of existing secrets

astro-gatehouse migrate: the table of store: { use: 'postgres' }

  npx astro-gatehouse migrate                   creates it, if it is missing
  npx astro-gatehouse migrate --print           prints the SQL, and changes nothing
  npx astro-gatehouse migrate --table NAME      for a store that the project creates by itself
  npx astro-gatehouse migrate --print --sqlite  prints the SQL for SQLite, libSQL and Cloudflare D1

astro-gatehouse sessions: who is signed in, in the store of the project

  npx astro-gatehouse sessions list             the sessions, 50 at a time: --limit NUMBER, --after PLACE
  npx astro-gatehouse sessions count            their number
  npx astro-gatehouse sessions end              ends those that are named; --yes where that may be several
      --user ID          of one user
      --by KEY=VALUE     with this value; may be repeated
      --id ID            the one with this id of the list (end)
      --json             as JSON

  --root FOLDER    the project, when it is not the current folder
  --help           this text`;

const OPTIONS = {
  root: { type: 'string', default: '.' },
  json: { type: 'boolean', default: false },
  public: { type: 'boolean', default: false },
  check: { type: 'string' },
  write: { type: 'boolean', default: false },
  print: { type: 'boolean', default: false },
  table: { type: 'string' },
  sqlite: { type: 'boolean', default: false },
  user: { type: 'string' },
  by: { type: 'string', multiple: true, default: [] as string[] },
  id: { type: 'string' },
  yes: { type: 'boolean', default: false },
  after: { type: 'string' },
  limit: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

export type Request = RoutesRequest | DoctorRequest | SecretRequest | MigrateRequest | SessionsRequest;
type Values = ReturnType<typeof parsed>['values'];

/**
 * Parses the command line.
 *
 * @param args The arguments after the name of the program.
 * @returns The command, or `help` for the help text.
 * @throws {UsageError} For an unknown command, and for unknown or incompatible options.
 */
export function readCommandLine(args: readonly string[]): Request | 'help' {
  const { values, positionals } = parsed(args);
  const [command, ...more] = positionals;
  if (values.help || (command === undefined && args.length === 0)) return 'help';
  if (command !== 'migrate' && (values.print || values.sqlite || values.table !== undefined)) {
    throw new UsageError('--print, --table and --sqlite belong to migrate: remove them.');
  }
  if (command === 'sessions') return sessionsRequest(values, more);
  const { user, by, id, yes, after, limit } = values;
  if (yes || by.length > 0 || [user, id, after, limit].some((value) => value !== undefined)) {
    throw new UsageError('--user, --by, --id, --yes, --after and --limit belong to sessions: remove them.');
  }
  if (command === 'secret') return secretRequest(values, more);
  if (command !== 'routes' && command !== 'doctor' && command !== 'migrate') {
    throw new UsageError(
      `There is no command ${command ?? 'before the options'}: write routes, doctor, migrate, secret or sessions.`,
    );
  }
  if (values.write) throw new UsageError('--write belongs to secret: for a report write routes --json > FILE.');
  if (more.length > 0) {
    throw new UsageError(`Unexpected argument "${more.join(' ')}": for another folder write --root ${more[0]}.`);
  }
  if (command === 'doctor') return doctorRequest(values);
  if (command === 'migrate') return migrateRequest(values);
  if (values.json && values.check !== undefined) {
    throw new UsageError('--json and --check exclude each other: remove one of them.');
  }
  return { command, root: values.root, json: values.json, public: values.public, check: values.check };
}

function doctorRequest(values: Values): DoctorRequest {
  if (values.public || values.check !== undefined) {
    throw new UsageError('--public and --check belong to routes: remove them.');
  }
  return { command: 'doctor', root: values.root, json: values.json };
}

function migrateRequest(values: Values): MigrateRequest {
  if (values.json || values.public || values.check !== undefined) {
    throw new UsageError('--json, --public and --check belong to routes: remove them.');
  }
  const { root, print, table, sqlite } = values;
  if (sqlite && !print) throw new UsageError('--sqlite only prints SQL: write migrate --print --sqlite.');
  return { command: 'migrate', root, print, table, sqlite };
}

function sessionsRequest(values: Values, [act, ...more]: readonly string[]): SessionsRequest {
  if (values.write || values.public || values.check !== undefined) {
    throw new UsageError('--write, --public and --check belong to other commands: remove them.');
  }
  if ((act !== 'list' && act !== 'count' && act !== 'end') || more.length > 0) {
    throw new UsageError('Write sessions list, sessions count or sessions end.');
  }
  const { root, json, user, id, yes, after, limit } = values;
  if (act !== 'list' && (after !== undefined || limit !== undefined)) {
    throw new UsageError('--after and --limit belong to sessions list: remove them.');
  }
  if (act !== 'end' && (id !== undefined || yes)) {
    throw new UsageError('--id and --yes belong to sessions end: remove them.');
  }
  const by = [...values.by, ...(user === undefined ? [] : [`userId=${user}`])];
  const odd = by.find((each) => !/^[^=]+=/.test(each));
  if (odd !== undefined) throw new UsageError(`--by ${odd} names no value: write --by ${odd}=VALUE.`);
  if (act === 'end' && by.length > 0 === (id !== undefined)) {
    throw new UsageError('Name the sessions to end with --user or --by, or the one with --id.');
  }
  if (limit !== undefined && !/^[1-9]\d{0,3}$/.test(limit)) {
    throw new UsageError(`--limit ${limit} is not a number from 1 to 1000.`);
  }
  return {
    command: 'sessions',
    act,
    root,
    json,
    by,
    id,
    yes,
    after,
    limit: limit === undefined ? limit : Number(limit),
  };
}

function secretRequest(values: Values, [file, ...more]: readonly string[]): SecretRequest {
  if (values.json || values.public || values.check !== undefined) {
    throw new UsageError('--json, --public and --check belong to routes: remove them.');
  }
  if (more.length > 0) throw new UsageError(`Only one file is possible: remove "${more.join(' ')}".`);
  if (file !== undefined && !values.write)
    throw new UsageError(`Unexpected argument "${file}": write secret --write ${file}.`);
  return { command: 'secret', file: values.write ? resolve(values.root, file ?? '.env') : undefined };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    const names = Object.keys(OPTIONS).map((name) => `--${name}`);
    const [reason] = String(error instanceof Error ? error.message : error).split('. ');
    throw new UsageError(`${reason}. The options are ${names.join(', ')}.`);
  }
}
