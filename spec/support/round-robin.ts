import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { freePort } from './app.js';

/** Passes every request on to the next of several servers. Tries none twice; a server that is gone is a 502. */
export class RoundRobin {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #server: Server;
  #turn = 0;

  private constructor(
    private readonly targets: readonly { readonly port: number }[],
    readonly port: number,
  ) {
    this.#server = createServer((incoming, outgoing) => this.#pass(incoming, outgoing));
  }

  /** @param targets Asked anew for every request, so that one may take another's place. */
  static async start(targets: readonly { readonly port: number }[]): Promise<RoundRobin> {
    const proxy = new RoundRobin(targets, await freePort());
    await new Promise<void>((resolve) => proxy.#server.listen(proxy.port, '127.0.0.1', resolve));
    return proxy;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { url: path, method, headers } = incoming;
    const port = this.targets[this.#turn++ % this.targets.length]?.port;
    const fail = () => {
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(502).end('Bad Gateway');
    };
    const passed = request({ host: '127.0.0.1', port, path, method, headers, agent: this.#agent }, (answer) => {
      answer.once('error', fail);
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.once('error', fail);
    incoming.pipe(passed);
  }
}
