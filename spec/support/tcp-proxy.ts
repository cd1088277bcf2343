import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from './app.js';

/** An address that leads to a server, and may lead to another one later: connections that stand stay where they are. */
export class TcpProxy {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  /** Where new connections go; without one they are taken, and nothing is ever said on them. */
  target: { readonly port: number } | undefined;
  /** How often somebody asked after the last answers: what is asked without waiting for an answer counts once. */
  turns = 0;
  /** Milliseconds by which answers are late, so that a question that waits for one is told from one that does not. */
  delay = 0;
  #isAnswered = true;

  private constructor(readonly port: number) {
    this.#server = createServer((socket) => this.#pass(socket));
  }

  static async to(target: { readonly port: number }): Promise<TcpProxy> {
    const proxy = new TcpProxy(await freePort());
    proxy.target = target;
    await new Promise<void>((resolve) => proxy.#server.listen(proxy.port, '127.0.0.1', resolve));
    return proxy;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(socket: Socket): void {
    this.#keep(socket);
    if (!this.target) return;
    const behind = connect(this.target.port, '127.0.0.1');
    this.#keep(behind);
    socket.on('data', (asked) => {
      if (this.#isAnswered) this.turns += 1;
      this.#isAnswered = false;
      behind.write(asked);
    });
    behind.on('data', (answer) => {
      const pass = () => {
        this.#isAnswered = true;
        socket.write(answer);
      };
      if (this.delay > 0) setTimeout(pass, this.delay);
      else pass();
    });
    socket.once('end', () => behind.end());
    behind.once('end', () => socket.end());
    socket.once('close', () => behind.destroy());
    behind.once('close', () => socket.destroy());
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  }
}
