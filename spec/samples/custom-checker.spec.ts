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

  it('lets teams into their projects and staff into all', async () => {
    const [ada, grace, kim] = [await be('ada'), await be('grace'), await be('kim')];
    const statuses = async (path: string) =>
      Promise.all([ada, grace, kim].map(async (browser) => (await browser.get(path)).status));
    expect(await statuses('/projects/apollo')).toEqual([200, 302, 200]);
    expect(await statuses('/projects/gemini')).toEqual([200, 200, 200]);
    expect((await new Browser(server).get('/projects/gemini')).location).toBe('/?returnTo=%2Fprojects%2Fgemini');
  });

  it('takes back at once what was taken from a user elsewhere', async () => {
    const grace = await be('grace');
    const elsewhere = await be('grace');
    expect((await grace.get('/projects/gemini')).status).toBe(200);
    await elsewhere.post('/leave');
    expect((await grace.get('/projects/gemini')).status).toBe(302);
    expect((await grace.get('/')).text).toContain('You are grace, in no team.');
  });
});
