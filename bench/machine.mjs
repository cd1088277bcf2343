import { readFileSync } from 'node:fs';
import { arch, cpus, loadavg, platform } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const PACKAGES = ['astro', '@astrojs/node', 'astro-sessionkit', 'iron-session'];

/** Where a run takes place, and with which versions. */
export function describeMachine() {
  const processors = cpus();
  return {
    date: new Date().toISOString(),
    node: process.version,
    platform: `${platform()} ${arch()}`,
    processor: processors[0]?.model.trim() || 'unknown processor',
    cores: processors.length,
    load: loadavg()[0],
    versions: Object.fromEntries([
      ['astro-gatehouse', versionIn(ROOT)],
      ...PACKAGES.map((name) => [name, versionIn(join(ROOT, 'node_modules', name))]),
    ]),
  };
}

function versionIn(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
}
