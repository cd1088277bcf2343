import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { App, Server } from '../../support/app.js';
import { setup } from '../../support/made-site.js';
import { toolbarSite } from '../../support/toolbar-site.js';
import { ToolbarVisitor } from '../../support/toolbar-visitor.js';

const REGISTRY = `import { SessionRegistry } from 'astro-gatehouse/server';
  const registryOf = ({ locals }) => locals.services.get(SessionRegistry);`;

const FILES = {
  'src/pages/devices.ts': `${REGISTRY}
    export const GET = async (context) => {
      const { session } = context.locals;
      const all = await registryOf(context).list(session.get('userId'), session);
      return Response.json(all.map(({ isCurrent }) => isCurrent));
    };`,
  'src/pages/sign-out-others.ts': `${REGISTRY}
    export const POST = async (context) =>
      new Response(String(await registryOf(context).revokeOthers(context.locals.session)));`,
  'src/pages/sign-out-everywhere.ts': `${REGISTRY}
    export const POST = async (context) => {
      await registryOf(context).revokeAll(context.locals.session.get('userId'));
      return new Response('done');
    };`,
  ...setup(
    `{ sessionData: {
         schema: z.object({ cart: z.array(z.string()).default([]), email: z.string() }),
         migrate: () => { throw new Error('asked'); },
       } }`,
    `import * as z from 'zod';`,
  ),
};

describe('A stand-in for a user who also has sessions', () => {
  let app: App;
  let server: Server;
  let visitor: ToolbarVisitor;

  beforeAll(async () => {
    app = toolbarSite(`session: { store: 'memory', maxSessionsPerUser: 3 }`, FILES);
    server = await app.serveWith('dev');
  });
  afterAll(async () => {
    await server?.stop();
    app?.remove();
  });
  beforeEach(async () => {
    visitor = new ToolbarVisitor(server);
    await visitor.post('/login', { user: 'ada' });
  });

  const who = async (somebody: ToolbarVisitor) => JSON.parse((await somebody.get('/who')).text);

  it.each(['/sign-out-others', '/sign-out-everywhere'])('ends none of these sessions at %s', async (path) => {
    await visitor.viewAs('ada', ['admin']);
    expect((await visitor.post(path)).status).toBe(200);
    await visitor.press({ do: 'myself' });
    expect((await who(visitor)).user).toBe('ada');
  });

  it('is listed instead of these sessions', async () => {
    await new ToolbarVisitor(server).post('/login', { user: 'lin' });
    await visitor.viewAs('lin');
    expect(JSON.parse((await visitor.get('/devices')).text)).toEqual([true]);
    await visitor.press({ do: 'myself' });
    expect(JSON.parse((await visitor.get('/devices')).text)).toContain(true);
  });

  it('is not ended when many stand-ins for the same user exist', async () => {
    await visitor.viewAs('grace');
    for (let other = 0; other < 4; other++) await new ToolbarVisitor(server).viewAs('grace');
    expect((await who(visitor)).user).toBe('grace');
  });

  it('has the defaults of the schema, without having to match it', async () => {
    expect((await who(visitor)).values).toEqual({ userId: 'ada', email: 'ada@site.example', cart: [] });
    expect((await visitor.state()).session.values.map(({ key }) => key)).toEqual(['userId', 'email', 'cart']);
    await visitor.viewAs('grace');
    await visitor.post('/set', { email: 'grace@site.example' });
    expect((await who(visitor)).values).toMatchObject({ userId: 'grace', cart: [] });
    expect((await visitor.state()).session.values.map(({ key }) => key)).toContain('cart');
    expect(server.output).not.toMatch(/asked|dropped/);
  });
});
