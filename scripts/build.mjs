// Compiles lib into dist, unless dist is already what the compiler made of these sources.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'node_modules/.cache/astro-gatehouse/build.json');

/** @param paths Files and folders, from the repository's root. */
function digestOf(...paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    const inside = path.includes('.')
      ? ['']
      : readdirSync(join(root, path), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map(({ parentPath, name }) => join(parentPath, name).slice(join(root, path).length))
          .sort();
    for (const file of inside) hash.update(`${path}${file}\0`).update(readFileSync(join(root, path, file)));
  }
  return hash.digest('hex');
}

const sources = digestOf('lib', 'tsconfig.json', 'tsconfig.build.json', 'package.json', 'package-lock.json');
const built = () => (existsSync(join(root, 'dist')) ? digestOf('dist') : '');
const kept = existsSync(stamp) ? JSON.parse(readFileSync(stamp, 'utf8')) : {};

if (kept.sources !== sources || kept.built !== built()) {
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  mkdirSync(join(stamp, '..'), { recursive: true });
  writeFileSync(stamp, JSON.stringify({ sources, built: built() }));
}
