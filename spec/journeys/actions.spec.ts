import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { type Answer, Browser } from '../support/browser.js';
import { witnessed } from '../support/witness.js';

let app: App;
let server: Server;

/** The one development server, which applies changed rules without a restart. */
let development: { app: App; server: Server } | undefined;

async function start(mode: 'production' | 'dev', isGlobal: boolean): Promise<void> {
  if (mode === 'dev') {
    app = development?.app ?? App.create('spec/apps/actions');
    app.write({ 'src/is-global.ts': `export const isGlobal = ${isGlobal};` });
    server = development?.server ?? (await app.serveWith('dev'));
    development = { app, server };
    const guest = await visitor();
    return server.until(async () => (await call(guest, '/_actions/like')).ran !== isGlobal);
  }
  app = App.create('spec/apps/actions');
  server = await (await app.build()).serve({ GATEHOUSE_SECRET: SECRET, GLOBAL: isGlobal ? 'yes' : 'no' });
}
async function stop(): Promise<void> {
  if (server === development?.server) return;
  await server.stop();
  app.remove();
}
afterAll(async () => {
  await development?.server.stop();
  development?.app.remove();
});

/** Returns a visitor who is signed in with this role, or a guest without one. */
async function visitor(role?: string): Promise<Browser> {
  const browser = new Browser(server);
  if (role) await browser.get(`/enter?role=${role}`);
  return browser;
}

/** Returns the response, and whether the action ran. */
async function call(browser: Browser, path: string): Promise<Answer & { ran: boolean }> {
  await witnessed(server);
  const answer = await browser.post(
    path,
    { any: 'thing' },
    { headers: { accept: path.includes('?') ? 'text/html' : 'application/json' } },
  );
  return { ...answer, ran: (await witnessed(server)).length > 0 };
}

/** Returns spellings that Astro treats as the same name. */
function spellingsOf(name: string): string[] {
  const encoded = [...name]
    .map((letter) => (letter === '.' ? letter : `%${letter.charCodeAt(0).toString(16)}`))
    .join('');
  return [name, encoded];
}

describe.each(['production', 'dev'] as const)('A rule for actions in %s', (mode) => {
  beforeAll(() => start(mode, false));
  afterAll(stop);

  it("rejects a call with the error that Astro's client expects", async () => {
    const guest = await call(await visitor(), '/_actions/admin.remove');
    const reader = await call(await visitor('reader'), '/_actions/admin.remove');
    expect(guest).toMatchObject({ status: 401, ran: false });
    expect(JSON.parse(guest.text)).toMatchObject({ type: 'AstroActionError', code: 'UNAUTHORIZED', status: 401 });
    expect(reader).toMatchObject({ status: 403, ran: false });
    expect(JSON.parse(reader.text)).toMatchObject({ type: 'AstroActionError', code: 'FORBIDDEN', status: 403 });
  });

  it('allows calls by visitors who satisfy it', async () => {
    const admin = await visitor('admin');
    expect(await call(admin, '/_actions/admin.remove')).toMatchObject({ status: 204, ran: true });
    expect((await call(admin, '/?_action=admin.remove')).text).toContain('done');
    expect(await call(await visitor(), '/_actions/like')).toMatchObject({ ran: true });
  });

  it.each(['/', '/login', '/endpoint', '/nowhere'])('rejects a form that is sent to %s', async (page) => {
    for (const name of ['admin.remove', 'admin.users.ban', 'vote'].flatMap(spellingsOf)) {
      const guest = await call(await visitor(), `${page}?_action=${encodeURIComponent(name)}`);
      const reader = await call(await visitor('reader'), `${page}?_action=${encodeURIComponent(name)}`);
      expect([guest.ran, reader.ran]).toEqual([false, false]);
      expect([302, 303, 401]).toContain(guest.status);
      expect([302, 303, 403]).toContain(reader.status);
    }
  });

  it("rejects every spelling of the action's name", async () => {
    const guest = await visitor();
    for (const name of spellingsOf('admin.users.ban')) {
      for (const path of [`/_actions/${name}`, `/_actions/${name}/`, `/_actions/like/_actions/${name}`]) {
        expect(await call(guest, path)).toMatchObject({ ran: false });
      }
    }
  });
});

describe.each(['production', 'dev'] as const)('Actions where everything is protected in %s', (mode) => {
  beforeAll(() => start(mode, true));
  afterAll(stop);

  it('require a signed-in visitor, even when they are called from public pages', async () => {
    const guest = await visitor();
    const reader = await visitor('reader');
    for (const path of ['/_actions/like', '/?_action=like', '/login?_action=like', '/nowhere?_action=like']) {
      expect(await call(guest, path)).toMatchObject({ ran: false });
    }
    expect(await call(reader, '/_actions/like')).toMatchObject({ ran: true });
    expect(await call(reader, '/?_action=like')).toMatchObject({ ran: true });
  });

  it('are public when they are excluded by name and no rule names them', async () => {
    const guest = await visitor();
    expect(await call(guest, '/_actions/newsletter')).toMatchObject({ ran: true });
    expect(await call(guest, '/?_action=newsletter')).toMatchObject({ ran: true });
    expect(await call(guest, '/_actions/admin.remove')).toMatchObject({ ran: false });
  });
});
