import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import installPackedPackage, { APPS } from '../spec/support/packed-package.ts';
import { isRedisInstalled } from './redis.mjs';

const FOLDER = join(APPS, 'bench');
const ASTRO = join(APPS, '../node_modules/astro/bin/astro.mjs');
const BUILD_LIMIT = 60_000;

/** Where a visitor needs to be signed in, in every variant but plain Astro. */
export const PROTECTED = '/account';
/** Where the session is written to, in every variant of a store. */
export const WRITING = '/count';
/** Who is signed in: about 200 bytes of JSON. */
const VISITOR = `{
  userId: 'c0ffee00-1234-4cde-8f01-23456789abcd',
  email: 'ada.lovelace@example.com',
  name: 'Ada Lovelace',
  role: 'editor',
  permissions: ['posts:read', 'posts:write', 'report:read'],
  plan: 'premium',
  theme: 'dark',
}`;
const RULES = `[
  { pattern: '/admin/**', role: 'admin' },
  { pattern: '/dashboard', roles: ['user', 'admin'] },
  { pattern: '/settings/**', permission: 'settings:write' },
  { pattern: '/reports/*', permissions: ['report:read', 'report:write'] },
  { pattern: '${PROTECTED}/**', allow: (session) => session?.plan === 'premium' },
]`;

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
const PAGE = `---
import Layout from '../layouts/Layout.astro';
const items = ['gate', 'tower', 'moat', 'bridge', 'wall'];
---
<Layout title="A small page">
  <h1>A small page</h1>
  <p>You asked for {Astro.url.pathname}.</p>
  <ul>{items.map((item, index) => <li class={index % 2 ? 'odd' : 'even'}>{item}</li>)}</ul>
</Layout>
`;

const writingPage = (write) => PAGE.replace("';\n", `';\n${write}\n`);

const config = (integrations = '', imports = '') => `import node from '@astrojs/node';
import { defineConfig } from 'astro/config';
${imports}
export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'middleware' }),
  integrations: [${integrations}],
});
`;

function gatehouse(store) {
  return {
    'astro.config.mjs': config(
      `gatehouse({ session: { store: '${store}' }, protect: ${RULES} })`,
      "import gatehouse from 'astro-gatehouse';",
    ),
    [`src/pages${WRITING}.astro`]: writingPage("Astro.locals.session.set('visits', (visits = 0) => visits + 1);"),
    'src/pages/sign-in.ts': `import { setSession } from 'astro-gatehouse/server';
export async function GET(context) {
  await setSession(context, ${VISITOR});
  return new Response('signed in');
}
`,
  };
}

/** Replaced by its setup module. */
const unstorage = {
  ...gatehouse('memory'),
  'src/gatehouse.ts': `import { SessionStore, defineGatehouse } from 'astro-gatehouse/server';
import { UnstorageSessionStore } from 'astro-gatehouse/stores/unstorage';
import { createStorage } from 'unstorage';
const storage = createStorage();
export default defineGatehouse({
  services: (services) => services.override(SessionStore, () => new UnstorageSessionStore(storage)),
});
`,
};

/** What plain Astro is sent as its visitor's cookie: it reads the header as well, and makes nothing of it. */
const plain = {
  'astro.config.mjs': config(),
  'src/pages/sign-in.ts': `export async function GET(context) {
  context.cookies.set('session', 'x'.repeat(400), { httpOnly: true, secure: true, path: '/' });
  return new Response('signed in');
}
`,
};

const ironSession = {
  'astro.config.mjs': config(),
  'src/iron.ts': `import { getIronSession } from 'iron-session';
const options = { cookieName: 'session', password: process.env.GATEHOUSE_SECRET };
export const open = (context) => getIronSession(context.cookies, options);
`,
  'src/middleware.ts': `import { open } from './iron';
const rules = ${RULES.replaceAll('/**', '')};
export async function onRequest(context, next) {
  const session = await open(context);
  const { pathname } = context.url;
  const rule = rules.find(({ pattern }) => pathname === pattern || pathname.startsWith(pattern + '/'));
  if (!rule) return next();
  const allowed = rule.allow
    ? rule.allow(session)
    : (!rule.role || session.role === rule.role) && (!rule.permission || session.permissions?.includes(rule.permission));
  return allowed ? next() : context.redirect('/login?returnTo=' + encodeURIComponent(pathname));
}
`,
  'src/pages/sign-in.ts': `import { open } from '../iron';
export async function GET(context) {
  const session = await open(context);
  Object.assign(session, ${VISITOR});
  await session.save();
  return new Response('signed in');
}
`,
};

const sessionkit = {
  'astro.config.mjs': config(
    `sessionkit({ loginPath: '/login', protect: ${RULES} })`,
    "import sessionkit from 'astro-sessionkit';",
  ).replace('output:', "session: { driver: 'memory' },\n  output:"),
  'src/pages/sign-in.ts': `import { setSession } from 'astro-sessionkit/server';
export async function GET(context) {
  setSession(${VISITOR}, context);
  return new Response('signed in');
}
`,
};

/** Every store, for pages that read the session and pages that write to it. */
export function storeVariants() {
  const ours = ['cookie', 'memory', 'sqlite', 'redis', 'unstorage'].map((store) => ({
    name: `gatehouse, ${store}`,
    app: `gatehouse-${store}`,
    files: store === 'unstorage' ? unstorage : gatehouse(store),
    needsRedis: store === 'redis',
  }));
  const all = [
    { name: 'plain Astro', app: 'plain', files: plain },
    { name: 'plain Astro again', app: 'plain', files: plain },
    ...ours,
  ].map((variant) => ({ ...variant, isWritten: true }));
  if (isRedisInstalled()) return all;
  console.error('redis is left out: there is no redis-server on the PATH.');
  return all.filter(({ needsRedis }) => !needsRedis);
}

/** Every variant: its name in the report, its application, and whether it refuses guests. */
export function variants({ peers }) {
  const ours = [
    { name: 'plain Astro', app: 'plain', files: plain },
    { name: 'plain Astro again', app: 'plain', files: plain },
    { name: 'gatehouse, cookie', app: 'gatehouse-cookie', files: gatehouse('cookie'), isGuarded: true },
    { name: 'gatehouse, memory', app: 'gatehouse-memory', files: gatehouse('memory'), isGuarded: true },
    { name: 'raw iron-session', app: 'iron-session', files: ironSession, isGuarded: true },
  ];
  if (!peers) return ours;
  const peer = { name: 'astro-sessionkit', app: 'sessionkit', files: sessionkit, isGuarded: true };
  if (isInstalled('astro-sessionkit')) return [...ours, peer];
  console.error('astro-sessionkit is left out: npm install --no-save astro-sessionkit@0.1.33 makes it available.');
  return ours;
}

function isInstalled(name) {
  return [APPS, join(APPS, '..')].some((folder) => existsSync(join(folder, 'node_modules', name)));
}

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
  };
  for (const [path, text] of Object.entries({ ...common, ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const env = { ...process.env, ASTRO_TELEMETRY_DISABLED: '1', CI: '1' };
  await promisify(execFile)(process.execPath, [ASTRO, 'build'], { cwd: folder, env, timeout: BUILD_LIMIT });
  return join(folder, 'dist/server/entry.mjs');
}
