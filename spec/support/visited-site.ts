import { siteConfig } from './made-site.js';

/** An application whose pages do to a session whatever can be done to one, and say what is in it. */
export function visitedSite(session: string): Record<string, string> {
  const post = (imports: string, body: string) => `
    ${imports}
    export const POST = async (context) => {
      const { session } = context.locals;
      const asked = Object.fromEntries(context.url.searchParams);
      ${body}
      return new Response('done');
    };`;
  const helper = (name: string) => `import { ${name} } from 'astro-gatehouse/server';`;
  return {
    'astro.config.mjs': siteConfig(
      `{ session: ${session}, protect: [{ pattern: '/account' }, { pattern: '/messages' }] }`,
    ),
    'src/pages/index.ts': `
      export const GET = ({ locals }) => new Response('hello ' + (locals.session.get('userId') ?? 'guest'));`,
    'src/pages/enter.ts': post(helper('setSession'), 'await setSession(context, { userId: asked.as });'),
    'src/pages/leave.ts': post(helper('clearSession'), 'await clearSession(context);'),
    'src/pages/change-id.ts': post(helper('regenerateSession'), 'await regenerateSession(context);'),
    'src/pages/count.ts': post('', 'session.set(asked.key, (count = 0) => count + 1);'),
    'src/pages/put.ts': post('', 'session.set(asked.key, asked.value);'),
    'src/pages/say.ts': post('', 'session.flash(asked.key, asked.text);'),
    'src/pages/messages.ts': 'export const GET = ({ locals }) => Response.json(locals.session.flashes.all());',
    'src/pages/account.ts': 'export const GET = ({ locals }) => Response.json(locals.session.all());',
  };
}
