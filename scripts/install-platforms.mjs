// Installs the runtimes, servers and adapters on which spec/platforms serves the starter, apart from this package's own
// tools, because they are large and only that suite needs them.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const source = new URL('../spec/platforms/', import.meta.url);
const target = new URL('../.apps/platforms/', import.meta.url);
const [wanted, done] = [new URL('package-lock.json', source), new URL('installed.json', target)];

if (!existsSync(done) || readFileSync(done, 'utf8') !== readFileSync(wanted, 'utf8')) {
  mkdirSync(target, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(new URL(name, source), new URL(name, target));
  // Adapters must find the Astro of this package, so none is installed beside them. `npm ci` would refuse the lock, which
  // lacks packages for other systems.
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--legacy-peer-deps'], { cwd: target, stdio: 'inherit' });
  copyFileSync(wanted, done);
}

// The specs' applications are below .apps, where they find their packages.
for (const adapter of ['netlify', 'vercel']) {
  const link = new URL(`../.apps/node_modules/@astrojs/${adapter}`, import.meta.url);
  mkdirSync(new URL('./', link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(fileURLToPath(new URL(`node_modules/@astrojs/${adapter}`, target)), link, 'junction');
}
