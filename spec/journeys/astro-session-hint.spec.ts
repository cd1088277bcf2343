import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';

const HINT = 'The session of this package is Astro.locals.session';

describe("A developer who uses Astro's own session instead of the one of the package", () => {
  let app: App;
  let server: Server;

  beforeAll(() => {
    app = App.create(undefined, {
      'astro.config.mjs': `
        import node from '@astrojs/node';
        import { defineConfig } from 'astro/config';
        import gatehouse from 'astro-gatehouse';
        export default defineConfig({
          output: 'server',
          adapter: node({ mode: 'standalone' }),
          session: process.env.OWN === 'yes' ? undefined : false,
          integrations: [gatehouse({ store: { use: 'memory' } })],
        });`,
      'src/components/Cart.astro': '<p>{String(await Astro.session?.get("cart"))}</p>',
      'src/pages/cart.astro': `---
        import Cart from '../components/Cart.astro';
        ---
        <Cart />`,
      'src/pages/cart-data.ts': `
        export const GET = async ({ session }) => new Response(String(await session?.get('cart')));`,
      'src/pages/plain.astro': "<p>{String(Astro.locals.session.get('cart'))}</p>",
    });
  });
  afterEach(() => server.stop());
  afterAll(() => app.remove());

  it.each(['/cart', '/cart-data'])(
    'gets one warning in development that names the right session, after a request of %s',
    async (path) => {
      server = await app.serveWith('dev');
      const browser = new Browser(server);
      await browser.get('/plain');
      expect(server.output).not.toContain(HINT);
      expect((await browser.get(path)).text).toContain('undefined');
      expect(await server.printed(HINT)).toContain(`Astro.session was used at ${path}, and is undefined`);
      await browser.get('/cart');
      await browser.get('/cart-data');
      expect(server.output.split(HINT)).toHaveLength(2);
    },
  );

  it("gets no warning when Astro's own sessions are in use", async () => {
    server = await app.serveWith('dev', { OWN: 'yes' });
    const browser = new Browser(server);
    expect((await browser.get('/cart')).text).toContain('undefined');
    await browser.get('/cart-data');
    expect(server.output).not.toContain(HINT);
  });

  it('gets no warning from a built server', async () => {
    server = await (await app.build()).serve();
    const browser = new Browser(server);
    expect((await browser.get('/cart')).text).toContain('undefined');
    expect(server.output).not.toContain(HINT);
  });
});
