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
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';

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
