import { siteConfig } from './made-site.js';

/**
 * A site whose pages do one step at a time: `STORE` is its store, `PROVIDER` where a step asks for tokens. Requests with
 * `?of=` wait in the middle of their step until so many have come, with the session that each of them has opened.
 */
export const STEPS_SITE = {
  'astro.config.mjs': siteConfig('{}'),
  'src/gatehouse.ts': `
    import { defineGatehouse } from 'astro-gatehouse/server';
    export default defineGatehouse({ store: { use: process.env.STORE } });`,
  'src/arrivals.ts': `
    let come = 0, open, all;
    export const waiting = () => come;
    /** Notes that a request has come. Resolves with the last of those that it names. */
    export function everybody(url) {
      if (come === 0) all = new Promise((resolve) => (open = resolve));
      const mine = all;
      come += 1;
      if (come >= Number(url.searchParams.get('of') ?? 1)) {
        come = 0;
        open();
      }
      return mine;
    }`,
  'src/pages/arrive.ts': `
    import { everybody, waiting } from '../arrivals';
    export const GET = async ({ url }) => {
      if (url.searchParams.has('of')) await everybody(url);
      return new Response(String(waiting()));
    };`,
  // The provider of the tokens: each refresh token is good for one use.
  'src/provider.ts': `
    const used = new Set();
    export const counts = { asked: 0, refused: 0 };
    export async function refresh(token) {
      counts.asked += 1;
      await new Promise((wake) => setTimeout(wake, 50));
      if (used.has(token)) {
        counts.refused += 1;
        throw new Error('invalid_grant');
      }
      used.add(token);
      return { access: 'access-' + counts.asked, refresh: 'refresh-' + counts.asked };
    }`,
  'src/pages/begin.ts': `
    export const GET = ({ locals, url }) => {
      locals.session.set('cart', ['tea']).set('tokens', { refresh: url.searchParams.get('refresh') });
      locals.session.set('invitation', 'for one');
      return new Response('begun');
    };`,
  'src/pages/data.ts': `
    import { everybody } from '../arrivals';
    import { refresh } from '../provider';
    export const GET = async ({ locals: { session }, url }) => {
      let tokens = session.get('tokens');
      const all = everybody(url);
      const run = async () => {
        await all;
        return refresh(tokens.refresh);
      };
      try {
        if (!tokens.access) {
          tokens = await (url.searchParams.has('alone') ? run() : session.exclusive('refresh', run));
          session.set('tokens', tokens);
        }
        return Response.json({ access: tokens.access });
      } catch (error) {
        return Response.json({ error: error.message }, { status: 502 });
      }
    };`,
  // The step that every process does: the session has the new tokens before another request goes on.
  'src/pages/remote.ts': `
    import { everybody } from '../arrivals';
    export const GET = async ({ locals: { session }, url }) => {
      const timeout = Number(url.searchParams.get('timeout') ?? 10);
      const all = everybody(url);
      const refresh = async (signal) => {
        await all;
        const address = process.env.PROVIDER + '/' + session.get('tokens').refresh;
        const answer = await fetch(address, { method: 'POST', signal });
        if (!answer.ok) throw new Error('refused');
        const tokens = await answer.json();
        session.set('tokens', tokens);
        return tokens.access;
      };
      try {
        const access = session.get('tokens').access ?? (await session.exclusive('refresh', refresh, { timeout }));
        return Response.json({ access, known: session.get('tokens').access });
      } catch (error) {
        return Response.json({ error: error.code ?? error.message }, { status: 502 });
      }
    };`,
  'src/pages/slow.ts': `
    export const GET = async ({ locals: { session } }) => {
      try {
        await session.exclusive('slow', () => new Promise(() => {}), { timeout: 0.1 });
      } catch (error) {
        return new Response(error.code, { status: 503 });
      }
    };`,
  'src/pages/take.ts': `
    export const GET = async ({ locals: { session } }) => Response.json((await session.take('invitation')) ?? null);`,
  // Loads the visitor's data, after a sign-in if one is asked for.
  'src/pages/profile.ts': `
    import { everybody } from '../arrivals';
    import { signIn } from 'astro-gatehouse/server';
    export const GET = async (context) => {
      const { locals: { session }, url } = context;
      const user = url.searchParams.get('as');
      if (user) await signIn({ userId: user }, context);
      const all = everybody(url);
      const data = await session.exclusive('profile', async () => {
        await all;
        return 'data of ' + (session.get('userId') ?? 'a guest');
      });
      return new Response(data);
    };`,
  // Takes a value after a pause, in which another request changes the id.
  'src/pages/take-late.ts': `
    import { everybody } from '../arrivals';
    export const GET = async ({ locals: { session }, url }) => {
      await everybody(url);
      const taken = await session.take('invitation');
      session.set('seen', true);
      return Response.json(taken ?? null);
    };`,
  'src/pages/renew.ts': `
    export const GET = ({ locals: { session } }) => {
      session.regenerate();
      return new Response('renewed');
    };`,
  'src/pages/verbs.ts': `
    import { everybody } from '../arrivals';
    export const GET = async ({ locals: { session }, url }) => {
      session.increment('visits');
      await everybody(url);
      session.push('cart', url.searchParams.get('item'));
      return new Response('done');
    };`,
  'src/pages/all.ts': 'export const GET = ({ locals: { session } }) => Response.json(session.all());',
  'src/pages/counts.ts': `
    import { counts } from '../provider';
    export const GET = () => {
      const found = { ...counts };
      Object.assign(counts, { asked: 0, refused: 0 });
      return Response.json(found);
    };`,
  'src/pages/leave.ts': `
    export const GET = ({ locals: { session } }) => {
      session.flash('notice', 'Saved').flash('notice', 'Mailed');
      return new Response('left');
    };`,
  'src/pages/show.astro': `---
    const { flashes } = Astro.locals.session;
    if (Astro.url.searchParams.has('keep')) flashes.keep('notice');
    if (Astro.url.searchParams.has('now')) flashes.now('notice', 'Here');
    ---
    <p>{flashes.getAll('notice').join(', ') || 'none'}</p>`,
};
