import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InvalidVisitorError, MissingSecretError } from '../../lib/errors/index.js';
import { SqliteSessionStore } from '../../lib/session/stores/sqlite/sqlite-session-store.js';
import { signInCookie } from '../../lib/testing/index.js';
import { App, SECRET, type Server } from '../support/app.js';

const FILES = {
  'src/pages/admin.ts': "export const GET = ({ locals }) => new Response('hello ' + locals.visitor.id);",
};
const config = (session: string) => `
  import node from '@astrojs/node';
  import { defineConfig } from 'astro/config';
  import gatehouse from 'astro-gatehouse';
  export default defineConfig({
    output: 'server',
    adapter: node({ mode: 'standalone' }),
    integrations: [gatehouse({ session: ${session}, protect: [{ pattern: '/admin', role: 'admin' }] })],
  });`;
const ADA = { userId: 'ada', role: 'admin' };

async function visit(server: Server, cookie: string): Promise<[number, string]> {
  const response = await fetch(`${server.origin}/admin`, { headers: { cookie } });
  return [response.status, await response.text()];
}

describe('A sign-in cookie for a test', () => {
  let app: App;

  beforeAll(async () => {
    app = await App.create(undefined, { ...FILES, 'astro.config.mjs': config('{}') }).build();
  });
  afterAll(() => app.remove());

  it('signs a user in to a built site', async () => {
    const server = await app.serve();
    const cookie = await signInCookie({ secret: SECRET }, ADA);
    expect(await visit(server, cookie)).toEqual([200, 'hello ada']);
    expect((await visit(server, await signInCookie({ secret: SECRET }, { userId: 'eve' })))[0]).toBe(403);
    expect((await visit(server, await signInCookie({ secret: `other${SECRET}` }, ADA)))[0]).toBe(401);
    await server.stop();
  });

  it('signs a user in to a site in development', async () => {
    const server = await app.serveWith('dev', { GATEHOUSE_SECRET: SECRET });
    expect(await visit(server, await signInCookie({ secret: SECRET, isBuilt: false }, ADA))).toEqual([
      200,
      'hello ada',
    ]);
    await server.stop();
  });

  it('signs a user in to a site that shares its store with the test', async () => {
    const file = `${app.folder}/shared.db`;
    app.write({
      'astro.config.mjs': config(`{ store: 'sqlite', options: { file: '${file}' }, cookie: { name: 'sid' } }`),
    });
    const server = await (await app.build()).serve();
    const store = new SqliteSessionStore({ file });
    const cookie = await signInCookie({ store, session: { cookie: { name: 'sid' } } }, ADA);
    expect(cookie).toMatch(/^__Host-sid=/);
    expect(await visit(server, cookie)).toEqual([200, 'hello ada']);
    store.close();
    await server.stop();
  });

  it('is not created for an invalid visitor or without a secret', async () => {
    await expect(signInCookie({ secret: SECRET }, { userId: '' })).rejects.toThrow(InvalidVisitorError);
    await expect(signInCookie({}, ADA)).rejects.toThrow(MissingSecretError);
  });
});
