import type { App } from './app.js';
import { madeSite } from './made-site.js';

const WHO = `
  export async function GET({ locals }) {
    const { visitor, services: { session } } = locals;
    const shown = locals.session === session ? session.get('userId') : locals.session?.userId;
    const seen = { user: getSession()?.userId ?? null, admin: hasRole('admin'), isGuest: visitor.isGuest };
    return Response.json({ ...seen, locals: shown ?? null, values: session.all() });
  }`;
const SERVER = `from 'astro-gatehouse/server';`;

const FILES = {
  'src/pages/login.ts': `import { setSession } ${SERVER}
    export async function POST(context) {
      const { user, ...values } = Object.fromEntries(await context.request.formData());
      await setSession(context, { userId: user, email: user + '@site.example' });
      for (const [key, value] of Object.entries(values)) context.locals.session.set(key, value);
      return context.redirect('/');
    }`,
  'src/pages/flash.ts': `export async function POST({ locals, request }) {
      const { text } = Object.fromEntries(await request.formData());
      locals.session.flash('notice', text);
      return new Response('left');
    }`,
  'src/pages/read.ts': `export const GET = ({ locals }) => new Response(String(locals.session.flash('notice')));`,
  'src/pages/set.ts': `export async function POST({ locals, request }) {
      for (const [key, value] of await request.formData()) locals.session.set(key, value);
      return new Response('set');
    }`,
  'src/pages/logout.ts': `import { clearSession } ${SERVER}
    export const POST = async (context) => { await clearSession(context); return new Response('out'); };`,
  'src/pages/who.ts': `import { getSession, hasRole } ${SERVER} ${WHO}`,
  'src/pages/admin.astro': '<h1>admin</h1>',
  'src/pages/own.astro': `---\nexport const guard = { role: 'author', permission: 'posts:write' };\n---\n<h1>own</h1>`,
  'src/pages/checked.astro': `---
    import { authorize } ${SERVER}
    await authorize({ role: 'chief' });
    ---\n<h1>checked</h1>`,
  'src/components/Who.astro': `---\nimport { getSession } ${SERVER}\n---\n<p id="who">{getSession()?.userId}</p>`,
  'src/pages/island.astro': `---\nimport Who from '../components/Who.astro';\n---\n<html><head></head><body><Who server:defer /></body></html>`,
  'src/pages/made.astro': `---\nexport const prerender = true;\n---\n<h1>made</h1>`,
  'src/pages/broken.astro': `---\nthrow new Error('broken');\n---`,
  'src/actions/index.ts': `
    import { defineAction } from 'astro:actions';
    import { getSession } ${SERVER}
    export const server = { who: defineAction({ handler: () => getSession()?.userId ?? null }) };`,
};

/** A site to look at with the toolbar. @param options Of gatehouse(), as source, beside its rule. */
export function toolbarSite(options = '', files: Record<string, string> = {}, more = ''): App {
  return madeSite(
    `{ protect: [{ pattern: '/never', role: 'editor' }, { pattern: '/admin', role: 'admin' }], ${options} }`,
    {
      ...FILES,
      ...files,
    },
    more,
  );
}
