import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { APPS, packageDigest } from '../packed-package.ts';
import { type Outcome, runAstro } from './astro-client.ts';

/** Folders that commands make in an application. */
const MADE = new Set(['dist', 'node_modules', '.astro']);
/** A sign that the machine, not the application, made a build fail. */
const MACHINE_TROUBLE = /ENOSPC|ENOMEM|EMFILE|ENFILE|EACCES|EIO\b/;

/** A build that a spec asks for. */
export interface WantedBuild {
  /** The application's. */
  readonly folder: string;
  /** The variables that the caller chose, on which the build depends. */
  readonly chosen: Readonly<Record<string, string>>;
  /** All variables. */
  readonly environment: NodeJS.ProcessEnv;
  /** Whether a build that failed before is an answer, too; otherwise it is tried again. */
  readonly mayFail: boolean;
}

/**
 * Runs `astro build` in an application's folder, or takes what a build of the same content left: of the same files, with
 * the same environment and the same package. The application is given a link to what was made: who wants to change that
 * copies it first; to change the sources and build again is another build.
 */
export async function buildOnce(wanted: WantedBuild): Promise<Outcome> {
  const { folder, chosen, mayFail } = wanted;
  const kept = join(APPS, 'built', packageDigest(), contentDigest(folder, chosen));
  const keptOutcome = () => {
    const outcome = readOutcome(kept);
    return outcome?.code === 0 || mayFail ? outcome : undefined;
  };
  const outcome = keptOutcome() ?? (await locked(kept, async () => keptOutcome() ?? build(wanted, kept)));
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isSymbolicLink() || MADE.has(entry.name)) rmSync(join(folder, entry.name), { recursive: true });
  }
  const made = readdirSync(join(kept, 'app')).filter((name) => MADE.has(name) || !existsSync(join(folder, name)));
  for (const name of made) symlinkSync(join(kept, 'app', name), join(folder, name));
  return outcome;
}

/** Removes what was built with another build of the package, and locks whose process is gone. */
export function tidyBuilds(): void {
  const built = join(APPS, 'built');
  mkdirSync(join(built, packageDigest()), { recursive: true });
  for (const digest of readdirSync(built)) {
    if (digest !== packageDigest()) rmSync(join(built, digest), { recursive: true, force: true });
  }
  const current = join(built, packageDigest());
  for (const lock of readdirSync(current).filter((name) => name.endsWith('.lock'))) {
    if (!isRunning(Number(readFileSync(join(current, lock), 'utf8')))) rmSync(join(current, lock), { force: true });
  }
}

/** The outcome is written last, and at once: without one, what stands there is half a build. */
async function build({ folder, environment }: WantedBuild, kept: string): Promise<Outcome> {
  const app = join(kept, 'app');
  rmSync(kept, { recursive: true, force: true });
  for (const file of filesOf(folder)) cpSync(join(folder, file), join(app, file), { recursive: true });
  const outcome = await runAstro({ command: 'build', folder: app, environment });
  if (isTheApplications(outcome)) {
    writeFileSync(join(kept, 'unfinished.json'), JSON.stringify(outcome));
    renameSync(join(kept, 'unfinished.json'), join(kept, 'outcome.json'));
  }
  return outcome;
}

/** A build that was killed, or that the machine made fail, says nothing of the application. */
function isTheApplications({ code, output }: Outcome): boolean {
  return code === 0 || (code === 1 && !MACHINE_TROUBLE.test(output));
}

function readOutcome(kept: string): Outcome | undefined {
  const file = join(kept, 'outcome.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

function contentDigest(folder: string, chosen: Readonly<Record<string, string>>): string {
  const hash = createHash('sha256').update(JSON.stringify(Object.entries(chosen).sort()));
  for (const file of filesOf(folder).sort()) {
    const content = createHash('sha256')
      .update(readFileSync(join(folder, file)))
      .digest('hex');
    hash.update(JSON.stringify([file, content]));
  }
  return hash.digest('hex').slice(0, 24);
}

/** The application's own files, from its folder: links lead to what an earlier build made. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !MADE.has(entry.name) && !entry.isSymbolicLink())
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (!entry.isDirectory()) return [path];
      const inside = readdirSync(path, { recursive: true, withFileTypes: true });
      return inside.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
    })
    .map((path) => relative(folder, path));
}

/** Does something while nobody else, in whatever process, does it for the same folder. */
async function locked<T>(folder: string, work: () => T | Promise<T>): Promise<T> {
  const lock = `${folder}.lock`;
  mkdirSync(join(folder, '..'), { recursive: true });
  while (!take(lock)) await new Promise((wake) => setTimeout(wake, 25));
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
