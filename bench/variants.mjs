import { PAGE, PROTECTED, WRITING } from './apps.mjs';
import { isMeasurable } from './databases.mjs';
import { PEER, PLAIN, PLAIN_AGAIN } from './figures.ts';

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

const writingPage = (write) => PAGE.replace("';\n", `';\n${write}\n`);

const config = (integrations = '', imports = '') => `import node from '@astrojs/node';
import { defineConfig, passthroughImageService } from 'astro/config';
${imports}
export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'middleware' }),
  image: { service: passthroughImageService() },
  integrations: [${integrations}],
});
`;

/** Has Astro keep its own sessions in memory. */
function inMemory(text) {
  return text.replace('output:', "session: { driver: 'memory' },\n  output:");
}

function gatehouse(store) {
  return {
    'astro.config.mjs': config(
      `gatehouse({ store: { use: '${store}' }, protect: ${RULES} })`,
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

/** Astro's own sessions, in memory as those of unstorage are. */
const astro = gatehouse('astro');
astro['astro.config.mjs'] = inMemory(astro['astro.config.mjs']);

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
  'astro.config.mjs': inMemory(
    config(`sessionkit({ loginPath: '/login', protect: ${RULES} })`, "import sessionkit from 'astro-sessionkit';"),
  ),
  'src/pages/sign-in.ts': `import { setSession } from 'astro-sessionkit/server';
export async function GET(context) {
  setSession(${VISITOR}, context);
  return new Response('signed in');
}
`,
};

/** Every variant: its name in the report, its application, and which of the scenarios it has. */
export function variants() {
  const plains = [PLAIN, PLAIN_AGAIN].map((name) => ({
    name,
    app: 'plain',
    files: plain,
    isWritten: true,
    isPublic: true,
  }));
  const ours = ['cookie', 'memory', 'sqlite', 'redis', 'postgres', 'unstorage', 'astro'].map((store) => ({
    name: `gatehouse, ${store}`,
    app: `gatehouse-${store}`,
    store,
    files: { unstorage, astro }[store] ?? gatehouse(store),
    isGuarded: true,
    isWritten: true,
    isPublic: !['unstorage', 'astro'].includes(store),
  }));
  const others = [
    { name: PEER, app: 'sessionkit', files: sessionkit, isGuarded: true, isPublic: true },
    { name: 'raw iron-session', app: 'iron-session', files: ironSession, isGuarded: true },
  ];
  return [...plains, ...ours.filter(isMeasurable), ...others];
}
