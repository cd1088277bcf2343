import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from './app.js';
import { Browser } from './browser.js';
import { STEPS_SITE } from './steps-site.js';
import { TokenProvider } from './token-provider.js';

/** Where two processes have their sessions. */
interface SharedPlace {
  environment: Record<string, string>;
  remove(): unknown;
}

/** Has two processes do one step of a session at a time. @param store As `store: { use }` names it. */
export function describeStepsOfProcesses(store: string, start: () => Promise<SharedPlace>): void {
  describe(`A step of a session that two processes serve, ${store} store,`, () => {
    let app: App;
    let place: SharedPlace;
    let provider: TokenProvider;
    let serve: () => Promise<Server>;
    let servers: Server[];

    beforeAll(async () => {
      [app, place, provider] = await Promise.all([
        App.create(undefined, STEPS_SITE).build(),
        start(),
        TokenProvider.start(),
      ]);
      const { origin: PROVIDER } = provider;
      const environment = { STORE: store, PROVIDER, GATEHOUSE_SECRET: SECRET };
      serve = () => app.serve({ ...environment, ...place.environment });
      servers = await Promise.all([serve(), serve()]);
    });
    afterAll(async () => {
      await Promise.all(servers.map((server) => server.stop()));
      await Promise.all([provider.stop(), place.remove()]);
      app.remove();
    });

    /** Returns a browser whose session has an expired token. */
    async function arrived(refresh: string): Promise<Browser> {
      const browser = new Browser(servers[0] as Server);
      await browser.get(`/begin?refresh=${refresh}`);
      provider.counted();
      return browser;
    }

    /** Sends ten requests at once, to one process after the other: no step ends before its process has five of them. */
    async function tenOf(browser: Browser): Promise<unknown[]> {
      const places = Array.from({ length: 10 }, (_, at) => servers[at % 2] as Server);
      const answers = await Promise.all(places.map((server) => browser.at(server).get('/remote?of=5')));
      return answers.map(({ text }) => JSON.parse(text));
    }

    it('is done once for ten requests with an expired token, and all of them get the new one', async () => {
      const browser = await arrived('once');
      const renewed = { access: 'access-1', known: 'access-1' };
      expect(await tenOf(browser)).toEqual(Array(10).fill(renewed));
      expect(await tenOf(browser)).toEqual(Array(10).fill(renewed));
      expect(provider.counted()).toEqual({ asked: 1, refused: 0 });
    });

    it('fails in each process by itself, and keeps nobody from trying again', async () => {
      const browser = await arrived('once');
      expect(await tenOf(browser)).toEqual(Array(10).fill({ error: 'refused' }));
      expect(provider.counted()).toEqual({ asked: 2, refused: 2 });
      expect(await tenOf(browser)).toEqual(Array(10).fill({ error: 'refused' }));
    });

    it('is done by the other process when one is killed in the middle, once its time is over', async () => {
      const browser = await arrived('killed');
      provider.isSilent = true;
      const [first, second] = servers as [Server, Server];
      const broken = browser
        .at(first)
        .get('/remote?timeout=2')
        .catch(() => 'broken');
      await provider.wasAsked();
      provider.isSilent = false;
      const waiting = browser.at(second).get('/remote');
      await first.stop();
      const killedAt = performance.now();
      expect(JSON.parse((await waiting).text)).toEqual({ access: 'access-2', known: 'access-2' });
      expect(performance.now() - killedAt).toBeLessThan(7_000);
      expect(await broken).toBe('broken');
      servers[0] = await serve();
    });
  });
}
