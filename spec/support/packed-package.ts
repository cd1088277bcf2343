import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
/** Applications are built below the repository, so that they find Astro where this package's own tools are. */
export const APPS = join(ROOT, '.apps');
/** The package as it would be published, and as the applications of the specs import it. */
export const INSTALLED = join(APPS, 'node_modules/astro-gatehouse');
export const TARBALL = join(APPS, 'astro-gatehouse.tgz');
/** Says what the two are made of; written when they are whole. */
const STAMP = join(APPS, 'packed.json');

interface Stamp {
  /** Of every file of the package. */
  readonly packed: string;
  /** Of what a build of an application can depend on. */
  readonly built: string;
}

/** Packs the package, and unpacks it, unless that has been done with the same content. */
export default function installPackedPackage(): void {
  const stamp: Stamp = { packed: digestOf(publishedFiles()), built: digestOf(importedFiles()) };
  const done = readStamp();
  if (done?.packed === stamp.packed && existsSync(TARBALL)) return;
  rmSync(STAMP, { force: true });
  rmSync(INSTALLED, { recursive: true, force: true });
  mkdirSync(INSTALLED, { recursive: true });
  renameSync(join(APPS, pack()), TARBALL);
  execFileSync('tar', ['-xzf', TARBALL, '-C', INSTALLED, '--strip-components=1']);
  writeFileSync(STAMP, JSON.stringify(stamp));
}

/** A digest of the package's code, its dependencies and the version of Node: all that builds of one application share. */
export function packageDigest(): string {
  const stamp = readStamp();
  if (!stamp) throw new Error('The package is not packed: the specs do it in their global set-up.');
  return stamp.built;
}

/** @returns The name of the file, in `APPS`. */
function pack(): string {
  const output = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', APPS], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const packed: unknown = JSON.parse(output);
  const [{ filename }] = (Array.isArray(packed) ? packed : Object.values(packed as object)) as [{ filename: string }];
  return filename;
}

function readStamp(): Stamp | undefined {
  return existsSync(STAMP) ? JSON.parse(readFileSync(STAMP, 'utf8')) : undefined;
}

function publishedFiles(): string[] {
  const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { files: string[] };
  const named = files.filter((file) => !file.startsWith('!'));
  return [...named, 'package.json', 'README.md', 'LICENSE'].flatMap(filesIn);
}

function importedFiles(): string[] {
  const code = [...filesIn('dist'), ...filesIn('lib/components')].filter((file) => !file.endsWith('.map'));
  return [...code, 'package.json', 'package-lock.json'];
}

/** @returns Paths from the repository's root: of every file in a folder, or of the file itself. */
function filesIn(path: string): string[] {
  if (statSync(join(ROOT, path)).isFile()) return [path];
  const inside = readdirSync(join(ROOT, path), { recursive: true, withFileTypes: true });
  return inside
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(ROOT.length + 1));
}

function digestOf(files: string[]): string {
  const hash = createHash('sha256').update(process.version);
  for (const file of files.sort()) {
    hash.update(
      JSON.stringify([
        file,
        createHash('sha256')
          .update(readFileSync(join(ROOT, file)))
          .digest('hex'),
      ]),
    );
  }
  return hash.digest('hex').slice(0, 24);
}

// Run by itself, for the checks of the package.
if (process.argv[1] === import.meta.filename) installPackedPackage();
