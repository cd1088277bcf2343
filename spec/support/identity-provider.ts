import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { type App, freePort, type Server } from './app.js';
import { type Answer, Browser } from './browser.js';

const START_LIMIT = 60_000;

/** The identity provider of the sample `oidc`, in a process of its own. */
export class IdentityProvider {
  #process: ChildProcess | undefined;
  #output = '';

  private constructor(readonly origin: string) {}

  /** Chooses the address, which the site has to know when it starts. */
  static async onFreePort(): Promise<IdentityProvider> {
    return new IdentityProvider(`http://127.0.0.1:${await freePort()}`);
  }

  /** @param site The origin of the site that sends its visitors to it. */
  async start({ folder }: App, site: string): Promise<void> {
    const { GATEHOUSE_SECRET: _, NODE_OPTIONS: __, ...inherited } = process.env;
    const env = { ...inherited, ISSUER: this.origin, SITE: site };
    this.#process = spawn(process.execPath, [join(folder, 'provider/start.mjs')], { env });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
      });
    }
    await this.isUp();
  }

  /** Waits until it answers, whoever has started it. @throws When it does not. */
  async isUp(): Promise<void> {
    const deadline = Date.now() + START_LIMIT;
    while (Date.now() < deadline && (this.#process?.exitCode ?? null) === null) {
      const answer = await fetch(`${this.origin}/.well-known/openid-configuration`).catch(() => undefined);
      if (answer?.ok) return;
      await new Promise((wake) => setTimeout(wake, 20));
    }
    throw new Error(`The provider did not start:\n${this.#output}`);
  }

  async stop(): Promise<void> {
    if (!this.#process || this.#process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#process?.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await ended;
  }
}

/** A visitor of a site and of its provider, with the cookies of each apart, as a browser has them for two hosts. */
export class Traveller {
  readonly atSite: Browser;
  readonly atProvider: Browser;
  /** The address that was opened last, for the Referer header. */
  #here: string;

  constructor(
    site: Pick<Server, 'origin'>,
    private readonly provider: Pick<IdentityProvider, 'origin'>,
  ) {
    this.atSite = new Browser(site);
    this.atProvider = new Browser(provider);
    this.#here = site.origin;
  }

  /** The path and query of the page that is open. */
  get path(): string {
    return this.#here.slice(new URL(this.#here).origin.length);
  }

  get isAtProvider(): boolean {
    return this.#here.startsWith(this.provider.origin);
  }

  /** Opens an address, and follows every redirect. */
  async open(address: string): Promise<Answer> {
    return this.#follow(new URL(address, this.#here).href, (browser, path, headers) => browser.get(path, { headers }));
  }

  /** Sends a form of the page that is open, and follows every redirect. */
  async send(action: string, form: Record<string, string> = {}): Promise<Answer> {
    return this.#follow(new URL(action, this.#here).href, (browser, path, headers) =>
      browser.post(path, form, { headers }),
    );
  }

  /** Sends the only form of the provider's page, with what its hidden fields say. */
  async sendFormOf({ text }: Answer, fields: Record<string, string> = {}): Promise<Answer> {
    const [, action = ''] = /<form[^>]* action="([^"]+)"/.exec(text) ?? [];
    const hidden = [...text.matchAll(/<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"/g)];
    const values = Object.fromEntries(hidden.map(([, name, value]) => [name, value]));
    return this.send(action, { ...values, ...fields });
  }

  async #follow(
    address: string,
    visit: (browser: Browser, path: string, headers: Record<string, string>) => Promise<Answer>,
  ): Promise<Answer> {
    const from = this.#here;
    const to = new URL(address);
    // As the policy of browsers is without another: the whole address for the same site, the origin for others.
    const referer = from.startsWith(to.origin) ? from : `${new URL(from).origin}/`;
    const browser = to.origin === this.provider.origin ? this.atProvider : this.atSite;
    const answer = await visit(browser, to.pathname + to.search, { referer });
    if (answer.location === null) {
      this.#here = address;
      return answer;
    }
    return this.#follow(new URL(answer.location, address).href, (next, path, headers) => next.get(path, { headers }));
  }
}
