// Installs what the documentation's site needs beside this package's own tools, apart from them: only the site needs it.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
const site = new URL('site/', root);
const [wanted, done] = [new URL('package-lock.json', site), new URL('node_modules/installed.json', site)];

if (!existsSync(done) || readFileSync(done, 'utf8') !== readFileSync(wanted, 'utf8')) {
  // The site finds Astro and the adapter in the folder above, so none is installed beside them.
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--legacy-peer-deps'], { cwd: site, stdio: 'inherit' });
  copyFileSync(wanted, done);
}

// The site imports the package by its name, as an application would; here that name leads to this folder.
const link = new URL('node_modules/astro-gatehouse', site);
rmSync(link, { recursive: true, force: true });
symlinkSync(fileURLToPath(root), link, 'junction');
