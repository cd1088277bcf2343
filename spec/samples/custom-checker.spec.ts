import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';

describe('The custom-checker sample, built and served', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await App.create('samples/custom-checker').build();
    server = await app.serve();
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  async function be(name: string): Promise<Browser> {
    const browser = new Browser(server);
    await browser.post('/be', { name });
    return browser;
  }
  const all = (...names: string[]) => Promise.all(names.map(be));
  const statuses = async (browsers: Browser[], path: string) =>
    Promise.all(browsers.map(async (browser) => (await browser.get(path)).status));

  it('has tests of its own, which pass', async () => {
    const { code, output } = await app.node('--test', '--test-reporter=tap');
    expect(output).toMatch(/^# pass 4$/m);
    expect(code).toBe(0);
  });

  it('lets teams into their projects and staff into all', async () => {
    const people = await all('ada', 'grace', 'kim');
    expect(await statuses(people, '/projects/apollo')).toEqual([200, 302, 200]);
    expect(await statuses(people, '/projects/gemini')).toEqual([200, 200, 200]);
    expect((await new Browser(server).get('/projects/gemini')).location).toBe('/?returnTo=%2Fprojects%2Fgemini');
  });

  it('takes back at once what was taken from a user elsewhere', async () => {
    const grace = await be('grace');
    const elsewhere = await be('grace');
    expect((await grace.get('/projects/gemini')).status).toBe(200);
    await elsewhere.post('/leave');
    expect((await grace.get('/projects/gemini')).status).toBe(302);
    expect((await grace.get('/')).text).toContain('You are grace, in no team.');
    expect((await elsewhere.get('/')).text).toContain('You have left your team');
  });

  it('lets nobody in whose contract has ended, by a checker that a function has made', async () => {
    const lin = await be('lin');
    expect((await lin.get('/')).text).toContain('You are lin, in apollo.');
    expect((await lin.get('/projects/apollo')).status).toBe(302);
    const program = await lin.get('/projects/apollo', { headers: { accept: 'application/json' } });
    expect(program.status).toBe(403);
    expect(JSON.parse(program.text)).toMatchObject({ detail: 'the contract has ended' });
  });

  it('shows a company what is its own, under the same address', async () => {
    const [ada, max, kim, nora] = await all('ada', 'max', 'kim', 'nora');
    const posted = await ada?.post('/projects/apollo', { note: 'Acorn has <b>fuel</b>.' });
    expect(posted).toMatchObject({ status: 303, location: '/projects/apollo' });
    const pages = await Promise.all([ada, kim, max, nora].map((browser) => browser?.get('/projects/apollo')));
    const seen = pages.map((page) => [...(page?.text ?? '').matchAll(/<li>(.*?)<\/li>/g)].map(([, note]) => note));
    const acorns = ['Acorn lands in July.', 'Acorn has &lt;b&gt;fuel&lt;/b&gt;.'];
    expect(seen).toEqual([acorns, acorns, ['Birch sells lyres.'], ['Birch sells lyres.']]);
  });

  it('has nothing for staff of one company that another has', async () => {
    expect(await statuses(await all('kim', 'nora', 'max'), '/projects/gemini')).toEqual([200, 404, 404]);
    const [kim, nora] = await all('kim', 'nora');
    expect((await kim?.get('/'))?.text).toContain('href="/projects/gemini"');
    expect((await nora?.get('/'))?.text).not.toContain('href="/projects/gemini"');
    await nora?.post('/projects/gemini', { note: 'from Birch' });
    expect((await kim?.get('/projects/gemini'))?.text).not.toContain('from Birch');
  });

  it('makes the service of a request once for each, of requests at once too', async () => {
    const [ada, max] = await all('ada', 'max');
    const pages = await Promise.all(
      Array.from({ length: 40 }, (_, at) => (at % 2 ? max : ada)?.get('/projects/apollo')),
    );
    const told = pages.map((page) => ({
      company: /<p>(\w+); its projects/.exec(page?.text ?? '')?.[1],
      notes: page?.text.includes('Acorn lands') ? 'Acorn' : page?.text.includes('Birch sells') ? 'Birch' : 'none',
      lookups: /data-lookups>(\d+)</.exec(page?.text ?? '')?.[1],
    }));
    const expected = (company: string) => ({ company, notes: company, lookups: '1' });
    expect(told).toEqual(pages.map((_, at) => expected(at % 2 ? 'Birch' : 'Acorn')));
  });

  it('does not start when a class that is one for the server wants the tenant of a request', async () => {
    const wrong = App.create('samples/custom-checker');
    wrong.rewrite('src/gatehouse.ts', (text) => text.replace('.perRequest(Tenant)', '.shared(Tenant)'));
    await wrong.build();
    const { code, output } = await wrong.serveAndFail();
    wrong.remove();
    expect(code).not.toBe(0);
    expect(output).toContain('CaptiveServiceError');
    expect(output).toContain('Tenant');
  });
});
