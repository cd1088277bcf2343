import {
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AstroConfig, AstroIntegration } from 'astro';
import { buildChannel, type ReadReport } from '../astro/report/build-channel.js';
import { UsageError } from './command-line.js';

/**
 * Builds a copy of a project, as far as needed to report who may see what. The project itself is not changed.
 *
 * @param onConfig Receives the resolved astro.config, even if the build fails later.
 * @throws {UsageError} When there is no Astro project, or gatehouse() is not among its integrations.
 * @throws Any error of the build.
 */
export async function readReport(folder: string, onConfig?: (config: AstroConfig) => void): Promise<ReadReport> {
  const project = projectAt(folder);
  const copy = new ProjectCopy(project);
  let report: ReadReport | undefined;
  buildChannel().receiver = (received) => {
    report = received;
  };
  try {
    // The project's code may refer to files relative to the working directory.
    process.chdir(copy.folder);
    const { build } = await importAstro(copy.folder);
    const integrations = [buildsAside(copy, project, onConfig)];
    await build({ root: copy.folder, logLevel: 'silent', mode: 'production', integrations });
  } catch (error) {
    // The build is stopped as soon as the report is complete.
    if (!report) throw named(copy, error);
  } finally {
    buildChannel().receiver = undefined;
    // The project's code must not run on in the project itself, which is about to be the working directory again.
    await buildChannel().endReading?.();
    process.chdir(project);
    copy.remove();
  }
  if (report) return copy.renamed(report);
  throw new Error('The build ended without a report: is astro-gatehouse of the same version everywhere?');
}

function named(copy: ProjectCopy, error: unknown): unknown {
  if (error instanceof Error) error.message = copy.renamed(error.message);
  return error;
}

/** @throws {UsageError} When there is no project. */
export function projectAt(folder: string): string {
  const root = resolve(folder);
  if (existsSync(join(root, 'package.json'))) return root;
  throw new UsageError(`There is no project in ${root}: name its folder with --root.`);
}

/** Runs after the project's integrations and its adapter, which may each set their own output folder. */
function buildsAside(
  { folder }: ProjectCopy,
  project: string,
  onConfig?: (config: AstroConfig) => void,
): AstroIntegration {
  // The build must go into the copy even if astro.config contains an absolute path of the project.
  const outDir = pathToFileURL(`${folder}/.astro/built/`);
  return {
    name: 'astro-gatehouse:routes',
    hooks: {
      'astro:config:setup': ({ config, updateConfig }) => {
        if (!config.integrations.some(({ name }) => name === 'astro-gatehouse')) {
          throw new UsageError(`gatehouse() is not among the integrations of ${project}: add it in astro.config.`);
        }
        const build = { client: new URL('client/', outDir), server: new URL('server/', outDir) };
        updateConfig({ outDir, build, cacheDir: new URL('node_modules/.astro/', pathToFileURL(`${folder}/`)) });
      },
      'astro:config:done': ({ config }) => onConfig?.(config),
    },
  };
}

/** Imports the project's own Astro, which may differ from the one that this package resolves. */
async function importAstro(root: string): Promise<typeof import('astro')> {
  const path = createRequire(join(root, 'package.json')).resolve('astro');
  return import(pathToFileURL(path).href);
}

/** Outputs of builds and servers, which recreate them before they read them. */
const MADE = new Set([
  '.astro',
  '.git',
  '.gatehouse',
  '.netlify/build',
  '.netlify/v1',
  '.vercel/output',
  '.wrangler',
  'dist',
]);
const PACKAGES = 'node_modules';
/** Astro's cache of content collections, whose entries may have been fetched over a network. */
const CONTENT = '.astro/data-store.json';
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * A copy of a project to build in. Adapters and integrations write to and empty folders below the project's root,
 * before other output folders could be configured. In a copy this does no harm.
 */
export class ProjectCopy {
  /** The project's folder, without symbolic links. */
  readonly root: string;
  readonly folder: string;
  /** The created folder, or the outermost of its parents that had to be created. */
  readonly #made: string;
  readonly #removeAtExit = () => this.remove();
  readonly #endings = Object.entries(SIGNALS).map(([signal, code]) => ({ signal, end: () => process.exit(code) }));

  constructor(root: string) {
    this.root = realpathSync(root);
    const { folder, made } = makeFolderFor(this.root);
    this.folder = folder;
    this.#made = made;
    process.once('exit', this.#removeAtExit);
    for (const { signal, end } of this.#endings) process.once(signal, end);
    try {
      this.#copyFolder('');
      this.#shareHistory();
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  remove(): void {
    process.off('exit', this.#removeAtExit);
    for (const { signal, end } of this.#endings) process.off(signal, end);
    rmSync(this.#made, { recursive: true, force: true });
  }

  /** Replaces the path of the copy by the path of the project, in a string or in plain data. */
  renamed<Value>(value: Value): Value {
    if (typeof value === 'string') return value.replaceAll(this.folder, () => this.root) as Value;
    if (Array.isArray(value)) return value.map((item) => this.renamed(item)) as Value;
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.renamed(item)])) as Value;
  }

  /** @param path Relative to the root, with slashes; empty for the root itself. */
  #copyFolder(path: string): void {
    for (const name of namesIn(join(this.root, path))) {
      const inner = path === '' ? name : `${path}/${name}`;
      if (MADE.has(inner) || join(this.root, inner) === this.folder) continue;
      try {
        this.#copy(inner, name);
      } catch (error) {
        // For example a database's folder that only its server may read. If the build needs it, the build reports that.
        if (!isWithheld(error)) throw error;
      }
    }
  }

  #copy(path: string, name: string): void {
    const [from, to] = [join(this.root, path), join(this.folder, path)];
    const entry = lstatSync(from);
    if (entry.isSymbolicLink()) {
      if (name === PACKAGES) this.#linkPackages(path);
      else this.#link(from, to);
    } else if (entry.isFile()) copyFileSync(from, to, constants.COPYFILE_FICLONE);
    else if (!entry.isDirectory()) return;
    else if (name === PACKAGES) this.#linkPackages(path);
    else {
      mkdirSync(to, { mode: entry.mode | 0o700 });
      this.#copyFolder(path);
    }
  }

  /** Copies a symbolic link. A target inside the project becomes the same place in the copy. */
  #link(from: string, to: string): void {
    const target = resolve(dirname(from), readlinkSync(from));
    const inner = relative(this.root, target);
    const isInside = !inner.startsWith('..') && !isAbsolute(inner);
    symlinkSync(isInside ? join(this.folder, inner) : target, to, 'junction');
  }

  /**
   * Creates a folder of links, because files that are written next to the packages (`.astro`, `.vite`, `.cache`) must
   * stay in the copy.
   */
  #linkPackages(path: string): void {
    const [from, to] = [join(this.root, path), join(this.folder, path)];
    mkdirSync(to);
    for (const name of namesIn(from)) {
      if (!name.startsWith('.') || name === '.bin') symlinkSync(join(from, name), join(to, name), 'junction');
    }
    if (!existsSync(join(from, CONTENT))) return;
    mkdirSync(dirname(join(to, CONTENT)));
    copyFileSync(join(from, CONTENT), join(to, CONTENT), constants.COPYFILE_FICLONE);
  }

  /** Links the copy to the project's git repository, because pages may show the date of their last commit. */
  #shareHistory(): void {
    const git = join(this.root, '.git');
    if (!existsSync(git)) return;
    if (statSync(git).isDirectory()) writeFileSync(join(this.folder, '.git'), `gitdir: ${git}\n`);
    else copyFileSync(git, join(this.folder, '.git'));
    // Otherwise git status would update the project's index with the state of the copy.
    process.env.GIT_OPTIONAL_LOCKS = '0';
  }
}

/**
 * Creates the folder next to the project, where relative paths that lead out of it (`../tsconfig.base.json`) still
 * work; otherwise inside it.
 */
function makeFolderFor(root: string): { folder: string; made: string } {
  try {
    const folder = mkdtempSync(join(dirname(root), '.astro-gatehouse-'));
    return { folder, made: folder };
  } catch {
    const made = mkdirSync(join(root, '.astro'), { recursive: true });
    const folder = mkdtempSync(join(root, '.astro/gatehouse-'));
    return { folder, made: made ?? folder };
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isWithheld(error)) return [];
    throw error;
  }
}

/** Checks whether an error means that a file may not be read, or no longer exists. */
function isWithheld(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    ['EACCES', 'EPERM', 'ENOENT'].includes(String(error.code))
  );
}
