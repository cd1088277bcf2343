import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type App, type Outcome, SECRET } from '../support/app.js';
import { madeSite, PAGE, prerendered, setup } from '../support/made-site.js';

/** Beside each other in one file: what the adapters of these hosts do to files of a project while it is built. */
const ADAPTERS = `
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import node from '@astrojs/node';

const emptied = (path, root) => {
  const folder = new URL(path, root);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
};
/** Empties its output when a build begins, as @astrojs/vercel 11.0 does, whatever folder the build goes to. */
const vercel = {
  'astro:build:start': (root) => { emptied('.vercel/output/', root); },
  'astro:build:done': (root) => { writeFileSync(new URL('config.json', emptied('.vercel/output/', root)), '{}'); },
};

/** Empties its output before anybody can tell it another place, and builds there, as @astrojs/netlify 8.2 does. */
const netlify = {
  'astro:config:setup': (root, { config: { outDir }, updateConfig }) => {
    const server = emptied('.netlify/build/', root);
    for (const path of ['.netlify/v1/functions/ssr/', '.netlify/v1/edge-functions/middleware/']) emptied(path, root);
    updateConfig({ outDir, build: { client: outDir, server, redirects: false } });
  },
};

/** Writes into everything that is there, by every path that it is given. */
const careless = {
  'astro:config:setup': (root, { config, createCodegenDir }) => {
    for (const folder of [config.root, config.srcDir, config.publicDir, config.outDir, config.cacheDir, createCodegenDir()]) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(new URL('written.txt', folder), 'here');
    }
    writeFileSync('package.json', '{}');
    writeFileSync(new URL('data/link/written.txt', root), 'here');
    rmSync(new URL('.git', root), { force: true });
  },
};

/** Does what all of them do. */
export function imitated() {
  const { hooks } = node({ mode: 'standalone' });
  const name = '@astrojs/vercel';
  let root;
  const all = (hook, given) => {
    for (const host of [vercel, netlify, careless]) host[hook]?.(root, given);
  };
  return { name, hooks: {
    ...hooks,
    'astro:config:setup': async (given) => {
      root = given.config.root;
      await hooks['astro:config:setup'](given);
      all('astro:config:setup', given);
    },
    'astro:config:done': (given) =>
      hooks['astro:config:done']({ ...given, setAdapter: (adapter) => given.setAdapter({ ...adapter, name }) }),
    'astro:build:start': (given) => all('astro:build:start', given),
    'astro:build:done': (given) => all('astro:build:done', given),
  } };
}`;

const SITES: Record<string, { adapter?: string; import?: string; output?: string }> = {
  node: { adapter: `node({ mode: 'standalone' })`, import: `import node from '@astrojs/node';` },
  imitated: { adapter: 'imitated()', import: `import { imitated } from './adapters.mjs';` },
  cloudflare: { adapter: 'cloudflare()', import: `import cloudflare from '@astrojs/cloudflare';` },
  static: { output: 'static' },
};

/** The site that is built for each host. To build one costs more than all that is said of it. */
const HOSTS = {
  node: 'node',
  vercel: 'imitated',
  netlify: 'imitated',
  cloudflare: 'cloudflare',
  static: 'static',
  careless: 'imitated',
};

/** Where builds, servers and commands of all these leave something. */
const BUILT = [
  'dist/server/entry.mjs',
  '.vercel/output/config.json',
  '.vercel/output/functions/_render.func/index.mjs',
  '.netlify/build/entry.mjs',
  '.netlify/v1/functions/ssr/ssr.mjs',
  '.netlify/v1/edge-functions/middleware/middleware.mjs',
  '.wrangler/deploy/config.json',
  '.astro/types.d.ts',
  'node_modules/.astro/data-store.json',
  'node_modules/.vite/deps/_metadata.json',
];

/** Writes by paths relative to the working directory. */
const WRITES = `
  import { appendFileSync } from 'node:fs';
  appendFileSync('loaded.txt', 'x');
  appendFileSync('data/kept/note.txt', 'x');`;

/** An application that has been built, and is held by git. */
function builtSite(name: string): App {
  const { adapter, import: line = '', output = 'server' } = SITES[name] ?? {};
  const files = Object.fromEntries(BUILT.map((path) => [path, path.endsWith('.json') ? '{}' : '// built\n']));
  const site = madeSite('', {
    ...files,
    'adapters.mjs': ADAPTERS,
    'astro.config.mjs': `
      import gatehouse from 'astro-gatehouse';
      import { defineConfig } from 'astro/config';
      ${line}
      export default defineConfig({
        output: '${output}',
        ${adapter ? `adapter: ${adapter},` : ''}
        integrations: [gatehouse({ session: { store: 'sqlite' }, prerendered: 'warn', protect: [{ pattern: '/team' }] })],
      });`,
    ...setup('{}', WRITES),
    'src/pages/team.astro': output === 'static' ? prerendered(PAGE) : PAGE,
    'src/content.config.ts': `
      import { defineCollection } from 'astro:content';
      export const collections = { notes: defineCollection({ loader: () => [{ id: 'one' }] }) };`,
    'wrangler.jsonc':
      '{ "name": "site", "compatibility_date": "2026-01-01", "compatibility_flags": ["nodejs_compat"] }',
    'public/robots.txt': '',
    'data/kept/note.txt': 'kept',
    '.env': `GATEHOUSE_SECRET=${SECRET}\n`,
    '.gatehouse/sessions.db': '',
    '.gatehouse/sessions.db-wal': 'what a server that was killed has left',
    'tsconfig.json': '{ "extends": "astro/tsconfigs/strict" }',
  });
  site.write({ [nameIn(site.folder)]: '' });
  symlinkSync('kept', join(site.folder, 'data/link'));
  mkdirSync(join(site.folder, 'empty'));
  execFileSync('git', ['init', '--quiet'], { cwd: site.folder });
  execFileSync('git', ['add', 'src'], { cwd: site.folder });
  return site;
}

/** Everything below a folder: what it is, when it was changed, and what is in it. */
function treeOf(folder: string): Record<string, string> {
  const tree: Record<string, string> = {};
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const { mode, mtimeMs, size } = lstatSync(join(folder, path));
    const content = lstatSync(join(folder, path)).isFile() ? readFileSync(join(folder, path), 'base64') : '';
    tree[path] = `${mode} ${mtimeMs} ${size} ${content}`;
  }
  return tree;
}

/** Copies of a project that stand beside it. Those of other specs' projects come and go meanwhile. */
function besides(folder: string): string[] {
  const copies = readdirSync(dirname(folder)).filter((name) => name.startsWith('.astro-gatehouse-'));
  return copies.filter((name) => existsSync(join(dirname(folder), name, nameIn(folder))));
}

/** A file that no other project has, nor a copy of one. */
const nameIn = (folder: string) => `${basename(folder)}.txt`;

let site: App | undefined;
afterEach(() => {
  site?.remove();
  site = undefined;
});

/** The project and the output of a command after each. */
interface Looked {
  readonly before: Record<string, string>;
  readonly routes: Outcome;
  readonly afterRoutes: Record<string, string>;
  readonly doctor: Outcome;
  readonly afterDoctor: Record<string, string>;
  readonly copies: readonly string[];
}

async function lookAt(name: string): Promise<Looked> {
  site = builtSite(name);
  const { folder } = site;
  const before = treeOf(folder);
  const routes = await site.gatehouse('routes', '--json');
  const afterRoutes = treeOf(folder);
  const doctor = await site.gatehouse('doctor', '--json');
  return { before, routes, afterRoutes, doctor, afterDoctor: treeOf(folder), copies: besides(folder) };
}

const looked = new Map<string, Promise<Looked>>();

describe.each(Object.entries(HOSTS))('A project built for %s', (_, name) => {
  it('is unchanged, byte for byte, after routes and doctor', async () => {
    const look = looked.get(name) ?? lookAt(name);
    looked.set(name, look);
    const { before, routes, afterRoutes, doctor, afterDoctor, copies } = await look;
    expect(routes).toMatchObject({ code: 0, output: expect.stringContaining('"path":"/team"') });
    expect(routes.output).toContain('"file":"src/pages/team.astro"');
    expect(afterRoutes).toEqual(before);
    expect(doctor.output).toContain('"findings"');
    expect(doctor.output).not.toMatch(/BUILD_FAILED|SETUP_NOT_LOADED|\.astro-gatehouse-/);
    expect(afterDoctor).toEqual(before);
    expect(copies).toEqual([]);
  });
});

describe('A project that does not build', () => {
  it('is unchanged, byte for byte, and its errors name its own files', async () => {
    site = builtSite('node');
    // Still being loaded, and writing, when the build fails.
    site.write(
      setup(
        '{}',
        `${WRITES}
for (const end = Date.now() + 5000; Date.now() < end; ) appendFileSync('loaded.txt', 'x');`,
      ),
    );
    site.write({ 'src/pages/broken.astro': `---\nimport '../missing.js';\n---\n` });
    const before = treeOf(site.folder);
    const { code, output } = await site.gatehouse('routes');
    expect(code).toBe(2);
    expect(output).toContain('missing.js');
    expect(output).not.toContain('.astro-gatehouse-');
    expect(treeOf(site.folder)).toEqual(before);
    expect(besides(site.folder)).toEqual([]);
  });
});
