import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { LATER, MOVABLE_CLOCK, pass } from '../support/movable-clock.js';

describe("Sessions stored in Astro's own sessions", () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = App.create('spec/apps/journeys', {
      'src/middleware.ts': `
        import { defineMiddleware } from 'astro:middleware';
        import { clearSession } from 'astro-gatehouse/server';
        export const onRequest = defineMiddleware(async (context, next) => {
          if (context.url.searchParams.has('banned')) await clearSession(context);
          return next();
        });`,
      'src/pages/prototype.ts': `
        import type { APIRoute } from 'astro';
        export const GET: APIRoute = ({ locals: { session } }) => {
          const before = session.get('__proto__') ?? null;
          session.set('__proto__', { role: 'keeper' });
          return Response.json({ before, role: session.get('role') ?? null });
        };`,
      'src/gatehouse.ts': `
        import { Clock, defineGatehouse } from 'astro-gatehouse/server';
        ${MOVABLE_CLOCK}
        export default defineGatehouse({
          session: { store: 'astro', idleTimeout: 150, absoluteTimeout: 300, renewAfter: 50 },
          services: (services) => services.override(Clock, MovableClock),
        });`,
      ...LATER,
    });
    await app.build();
    server = await app.serve();
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  it('end after the idle timeout without a request', async () => {
    const browser = new Browser(server);
    await browser.get('/login');
    expect((await browser.get('/private/page')).status).toBe(200);
    await pass(220_000, server);
    expect((await browser.get('/private/page')).status).toBe(302);
  });

  it('end at the absolute timeout, even when they are in use', async () => {
    const browser = new Browser(server);
    await browser.get('/login');
    const statuses: number[] = [];
    for (let visit = 0; visit < 5; visit++) {
      await pass(80_000, server);
      statuses.push((await browser.get('/private/page')).status);
    }
    expect(statuses).toEqual([200, 200, 200, 302, 302]);
  });

  it("are not available to a visitor who has only Astro's cookie", async () => {
    const browser = new Browser(server);
    await browser.get('/login');
    const thief = new Browser(server);
    thief.cookies.set('astro-session', browser.cookies.get('astro-session') ?? '');
    expect((await thief.get('/private/page')).status).toBe(302);
  });

  it('stay ended for the rest of the request that ended them', async () => {
    const browser = new Browser(server);
    await browser.get('/login');
    expect((await browser.get('/private/page?banned')).status).toBe(302);
    expect((await browser.get('/private/page')).status).toBe(302);
  });

  it('store a key such as "__proto__" as data', async () => {
    const browser = new Browser(server);
    expect(JSON.parse((await browser.get('/prototype')).text)).toEqual({ before: null, role: null });
    expect(JSON.parse((await browser.get('/prototype')).text)).toEqual({ before: { role: 'keeper' }, role: null });
  });
});
