import { type App, SECRET, type Server } from './app.js';
import { Browser } from './browser.js';

/** Files of an application whose options are said where it is served, or in a module that a development server watches. */
export const RESETTABLE = {
  'src/settings.ts': `export const settings = process.env.SETTINGS ?? '{}';`,
  'src/gatehouse.ts': `
    import { Clock, defineGatehouse } from 'astro-gatehouse/server';
    import { settings } from './settings';
    const { later = 0, ...options } = JSON.parse(settings);
    class LateClock extends Clock {
      settings = settings;
      now() { return super.now() + later; }
    }
    export default defineGatehouse({ ...options, services: (services) => services.override(Clock, LateClock) });`,
  // Open whatever the rules are, and so where the ones that count can be read.
  'src/pages/login.astro': `---
    import { Clock } from 'astro-gatehouse/server';
    ---
    <h1>sign in</h1><p set:html={Astro.locals.services.get(Clock).settings} />`,
};

/**
 * An application with the files of {@link RESETTABLE}, served under one set of options after another: a build by a server
 * for each, sources by one development server, which takes as long to start as everything that it is asked.
 */
export class ResettableSite {
  readonly #servers = new Map<string, Server>();

  constructor(
    private readonly app: App,
    private readonly mode: 'production' | 'dev',
  ) {}

  /** @param options Of `defineGatehouse`, and how many milliseconds `later` it is to be. */
  async serve(options: object): Promise<Server> {
    const settings = JSON.stringify(options);
    if (this.mode === 'dev') return this.#develop(settings);
    const environment = { SETTINGS: settings, GATEHOUSE_SECRET: SECRET };
    return this.#started(settings, () => this.app.serve(environment));
  }

  async stop(): Promise<void> {
    for (const server of this.#servers.values()) await server.stop();
    this.app.remove();
  }

  /** Watchers of files drop a change that follows another within 50 milliseconds, so one that is not seen is written again. */
  async #develop(settings: string): Promise<Server> {
    const files = { 'src/settings.ts': `export const settings = ${JSON.stringify(settings)};` };
    this.app.write(files);
    const server = await this.#started('dev', () => this.app.serveWith('dev', { GATEHOUSE_SECRET: SECRET }));
    let written = Date.now();
    await server.until(async () => {
      if ((await new Browser(server).get('/login')).text.includes(settings)) return true;
      if (Date.now() - written > 500) {
        this.app.write(files);
        written = Date.now();
      }
      return false;
    });
    return server;
  }

  async #started(key: string, start: () => Promise<Server>): Promise<Server> {
    const server = this.#servers.get(key) ?? (await start());
    this.#servers.set(key, server);
    return server;
  }
}
