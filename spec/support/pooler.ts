import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from './app.js';

/** Stands before a PostgreSQL, and refuses settings at the start of a connection, as PgBouncer does. */
export class Pooler {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  refused = 0;

  private constructor(
    readonly port: number,
    private readonly target: number,
  ) {
    this.#server = createServer((socket) => socket.once('data', (start) => this.#begin(socket, start)));
  }

  static async before({ port }: { readonly port: number }): Promise<Pooler> {
    const pooler = new Pooler(await freePort(), port);
    await new Promise<void>((resolve) => pooler.#server.listen(pooler.port, '127.0.0.1', resolve));
    return pooler;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #begin(socket: Socket, start: Buffer): void {
    socket.on('error', () => {});
    if (start.includes('statement_timeout')) {
      this.refused += 1;
      const fields = ['SFATAL', 'C08P01', 'Munsupported startup parameter: statement_timeout', ''];
      const body = Buffer.from(fields.map((field) => `${field}\0`).join(''));
      const head = Buffer.from('E\0\0\0\0');
      head.writeInt32BE(body.length + 4, 1);
      socket.end(Buffer.concat([head, body]));
      return;
    }
    const behind = connect(this.target, '127.0.0.1');
    for (const each of [socket, behind]) this.#sockets.add(each);
    behind.on('error', () => socket.destroy());
    behind.write(start);
    socket.pipe(behind).pipe(socket);
  }
}
