import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { CHOSEN_STORE_SITE } from '../support/chosen-store-site.js';
import { madeSite } from '../support/made-site.js';

let app: App | undefined;
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
  app?.remove();
  app = undefined;
});

describe('astro-gatehouse secret', () => {
  it('prints only a secret, a different one each time', async () => {
    app = madeSite('{}');
    const [one, other] = [await app.gatehouse('secret'), await app.gatehouse('secret')];
    expect(one).toEqual({ code: 0, output: expect.stringMatching(/^[A-Za-z0-9_-]{43}\n$/) });
    expect(other.output).not.toBe(one.output);
  });

  it('writes a secret that a built server finds, and rotates it without signing users out', async () => {
    // Counts visits in the session, which is in its cookie where no other store is chosen.
    app = App.create(undefined, CHOSEN_STORE_SITE);
    await app.build();
    expect((await app.gatehouse('secret', '--write')).code).toBe(0);
    expect(statSync(join(app.folder, '.env')).mode & 0o777).toBe(0o600);
    const browser = await visit(app);
    const sealedBefore = browser.cookieHeader;
    const again = await app.gatehouse('secret', '--write');
    expect(again).toMatchObject({
      code: 0,
      output: expect.stringContaining('A new secret is in front of those in .env'),
    });

    const rotated = await visit(app, browser);
    expect((await rotated.get('/count')).text).toBe('count 3');
    // With the old secret gone, what it sealed is worth nothing; what was written since is sealed by the new one.
    app.rewrite('.env', (text) => text.replace(/,.*/, ''));
    const later = await visit(app, rotated);
    expect((await later.get('/count')).text).toBe('count 5');
    expect((await later.get('/count', { headers: { cookie: sealedBefore } })).text).toBe('count 1');
  });

  it('rejects unknown arguments with the cure', async () => {
    app = madeSite('{}');
    const { code, output } = await app.gatehouse('secret', '.env');
    expect([code, output.split('\n')[0]]).toEqual([2, 'Unexpected argument ".env": write secret --write .env.']);
  });

  /** Serves the site with what `.env` says, and counts a visit. */
  async function visit(site: App, browser?: Browser): Promise<Browser> {
    const text = readFileSync(join(site.folder, '.env'), 'utf8');
    const server = await site.serve({ GATEHOUSE_SECRET: /^GATEHOUSE_SECRET=(.*)$/m.exec(text)?.[1] ?? '' });
    servers.push(server);
    const visitor = browser?.at(server) ?? new Browser(server);
    expect((await visitor.get('/count')).status).toBe(200);
    return visitor;
  }
});
