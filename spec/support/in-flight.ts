import type { Server } from './app.js';
import type { Answer, Browser } from './browser.js';

/** Requests of the application in spec/apps/in-flight that wait until they are let go. */
export class InFlight {
  static #count = 0;

  constructor(private readonly server: Pick<Server, 'origin'>) {}

  /** A name that no request of any server has had. */
  name(): string {
    InFlight.#count += 1;
    return `request-${InFlight.#count}`;
  }

  /** Has the page wait with its session open. @returns What lets it answer. */
  async send(browser: Browser, does: string): Promise<() => Promise<Answer>> {
    const name = this.name();
    const answer = browser.get(`/slow?name=${name}&does=${does}`);
    await this.arrivalOf(name);
    return async () => {
      await this.release(name);
      return answer;
    };
  }

  async arrivalOf(name: string): Promise<void> {
    await this.#ask(`/gate?name=${name}`);
  }

  async release(name: string): Promise<void> {
    await this.#ask(`/gate?name=${name}&open`);
  }

  async #ask(path: string): Promise<void> {
    const answer = await fetch(this.server.origin + path);
    if ((await answer.text()) !== 'done') throw new Error(`The gate does not open: ${answer.status}`);
  }
}
