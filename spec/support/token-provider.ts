import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A provider of tokens that accepts each refresh token once, and takes its time. */
export class TokenProvider {
  asked = 0;
  refused = 0;
  /** True while it answers nobody. */
  isSilent = false;
  readonly #used = new Set<string>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const token = request.url ?? '';
      this.asked += 1;
      if (this.isSilent) return;
      const isUsed = this.#used.has(token);
      this.#used.add(token);
      if (isUsed) this.refused += 1;
      const tokens = { access: `access-${this.asked}`, refresh: `refresh-${this.asked}` };
      setTimeout(() => response.writeHead(isUsed ? 400 : 200).end(JSON.stringify(tokens)), 50);
    });
  }

  static async start(): Promise<TokenProvider> {
    const provider = new TokenProvider();
    await new Promise<void>((begin) => provider.#server.listen(0, '127.0.0.1', begin));
    return provider;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Returns the counts, and starts them again. */
  counted(): { asked: number; refused: number } {
    const { asked, refused } = this;
    this.asked = 0;
    this.refused = 0;
    return { asked, refused };
  }

  /** Waits until it was asked. */
  async wasAsked(): Promise<void> {
    while (this.asked === 0) await new Promise((wake) => setTimeout(wake, 5));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((end) => this.#server.close(end));
  }
}
