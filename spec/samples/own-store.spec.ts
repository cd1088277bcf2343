import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';

describe('The own-store sample, built and served', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await App.create('samples/own-store').build();
    server = await app.serve();
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  it('keeps sessions in files that hold no cookie, through a restart', async () => {
    const browser = new Browser(server);
    expect((await browser.get('/')).text).toContain('<span data-visits>1</span>');
    await server.stop();
    server = await app.serve();
    const later = new Browser(server);
    for (const [name, value] of browser.cookies) later.cookies.set(name, value);
    expect((await later.get('/')).text).toContain('<span data-visits>2</span>');

    const folder = join(app.folder, '.sessions');
    const [cookie = ''] = browser.cookies.values();
    const names = readdirSync(folder);
    expect(names).toHaveLength(1);
    expect(names.join()).not.toContain(cookie);
    expect(readFileSync(join(folder, String(names[0])), 'utf8')).not.toContain(cookie);
  });

  it('forgets a visitor for good, with a word of farewell', async () => {
    const browser = new Browser(server);
    await browser.get('/');
    const copied = browser.cookieHeader;
    await browser.post('/forget');
    const after = await browser.get('/');
    const replayed = await new Browser(server).get('/', { headers: { cookie: copied } });
    expect(after.text).toContain('You are forgotten');
    expect(after.text).toContain('<span data-visits>1</span>');
    expect(replayed.text).toContain('<span data-visits>1</span>');
  });

  it('passes the tests of its own store, which loses nothing', async () => {
    const { code, output } = await app.node('--test', '--test-reporter=tap');
    expect(output).toMatch(/^# fail 0$/m);
    expect(output).toContain('ok 1 - sees nothing that could be used as a cookie');
    expect(code).toBe(0);
  });

  it('is written in about 25 lines', () => {
    const source = readFileSync(join(app.folder, 'src/file-session-store.ts'), 'utf8');
    const lines = source
      .slice(source.indexOf('export class'))
      .split('\n')
      .filter((line) => line.trim() !== '');
    expect(lines.length).toBeLessThanOrEqual(28);
  });
});
