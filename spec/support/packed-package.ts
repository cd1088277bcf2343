import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
/** Applications are built below the repository, so that they find Astro where this package's own tools are. */
export const APPS = join(ROOT, '.apps');

/**
 * Packs the package as it would be published and unpacks it where the applications of the specs import it from.
 * Once for each build: worker processes and later runs find it done.
 */
export default function installPackedPackage(): void {
  const built = newestIn(join(ROOT, 'dist'));
  const stamp = join(APPS, `packed-${built}`);
  if (existsSync(stamp)) return;
  const installed = join(APPS, 'node_modules/astro-gatehouse');
  rmSync(installed, { recursive: true, force: true });
  mkdirSync(installed, { recursive: true });
  const output = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', APPS], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const packed: unknown = JSON.parse(output);
  const [{ filename }] = (Array.isArray(packed) ? packed : Object.values(packed as object)) as [{ filename: string }];
  execFileSync('tar', ['-xzf', join(APPS, filename), '-C', installed, '--strip-components=1']);
  writeFileSync(stamp, '');
}

function newestIn(folder: string): number {
  const times = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(
    (file) => statSync(join(folder, file)).mtimeMs,
  );
  return Math.floor(Math.max(...times));
}
