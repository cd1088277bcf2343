import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import installPackedPackage, { APPS } from '../spec/support/packed-package.ts';

const FOLDER = join(APPS, 'bench');
const ASTRO = join(APPS, '../node_modules/astro/bin/astro.mjs');
const BUILD_LIMIT = 60_000;

/** Where a visitor needs to be signed in, in every variant but plain Astro. */
export const PROTECTED = '/account';
/** Where the session is written to, in plain Astro and with every store. */
export const WRITING = '/count';
/** Says that every cache may keep it, and does not ask for the session. */
export const ENDPOINT = '/prices.json';
/** Passed on as it is: to make an image smaller would take so long that nothing else could be seen. */
export const IMAGE = '/_image?href=%2Fdot.png&w=1&h=1&f=png';

const LAYOUT = `---
const { title } = Astro.props;
const links = [['/', 'Home'], ['/account', 'Account'], ['/about', 'About']];
---
<!doctype html>
<html lang="en">
  <head><meta charset="utf-8" /><title>{title}</title></head>
  <body>
    <nav>{links.map(([href, label]) => <a href={href} aria-current={Astro.url.pathname === href ? 'page' : undefined}>{label}</a>)}</nav>
    <main><slot /></main>
    <footer>The same page in every variant.</footer>
  </body>
</html>
`;
export const PAGE = `---
import Layout from '../layouts/Layout.astro';
const items = ['gate', 'tower', 'moat', 'bridge', 'wall'];
---
<Layout title="A small page">
  <h1>A small page</h1>
  <p>You asked for {Astro.url.pathname}.</p>
  <ul>{items.map((item, index) => <li class={index % 2 ? 'odd' : 'even'}>{item}</li>)}</ul>
</Layout>
`;

const SHARED_ENDPOINT = `export function GET() {
  return Response.json({ gate: 12, tower: 40, moat: 7 }, { headers: { 'Cache-Control': 'public, max-age=600' } });
}
`;
const DOT = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

/** Builds every application once. @returns The variants, each with the module that serves it. */
export async function buildApps(list) {
  installPackedPackage();
  rmSync(FOLDER, { recursive: true, force: true });
  const builds = new Map();
  for (const { app, files } of list) {
    if (!builds.has(app)) builds.set(app, await build(app, files));
  }
  return list.map((variant) => ({ ...variant, entry: builds.get(variant.app) }));
}

async function build(app, files) {
  const folder = join(FOLDER, app);
  const common = {
    'package.json': '{ "type": "module", "dependencies": { "astro-gatehouse": "*" } }',
    'src/layouts/Layout.astro': LAYOUT,
    'src/pages/index.astro': PAGE,
    [`src/pages${PROTECTED}.astro`]: PAGE,
    [`src/pages${WRITING}.astro`]: PAGE,
    [`src/pages${ENDPOINT}.ts`]: SHARED_ENDPOINT,
    'public/dot.png': Buffer.from(DOT, 'base64'),
  };
  for (const [path, text] of Object.entries({ ...common, ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const env = { ...process.env, ASTRO_TELEMETRY_DISABLED: '1', CI: '1' };
  await promisify(execFile)(process.execPath, [ASTRO, 'build'], { cwd: folder, env, timeout: BUILD_LIMIT });
  return join(folder, 'dist/server/entry.mjs');
}
