import { request } from 'node:http';
import type { Socket } from 'node:net';
import type { Server } from './app.js';
import type { Browser } from './browser.js';

const LIMIT = 30_000;
/** Any 16 bytes: the server only has to answer to them. */
const KEY = 'c3BlYyBvZiBzb2NrZXRzIQ==';

/** A WebSocket as a browser opens it, which keeps what the server sends. */
export class UpgradedConnection {
  readonly messages: string[] = [];
  isClosed = false;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
    socket.on('close', () => {
      this.isClosed = true;
    });
    socket.on('error', () => {});
  }

  /** @returns The connection, or the status with which it was refused. */
  static open(
    { port, origin }: Pick<Server, 'port' | 'origin'>,
    browser: Browser,
    headers: Record<string, string | undefined> = {},
    path = '/socket',
  ): Promise<UpgradedConnection | number> {
    const cookie = browser.cookies.size > 0 ? { cookie: browser.cookieHeader } : {};
    const upgrade = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': KEY,
      'sec-websocket-version': '13',
    };
    const all = Object.entries({ origin, ...upgrade, ...cookie, ...headers });
    const sent = Object.fromEntries(all.filter(([, value]) => value !== undefined));
    const asked = request({ port, host: '127.0.0.1', path, headers: sent });
    return new Promise((resolve, reject) => {
      asked.on('upgrade', (_, socket, head) => {
        const connection = new UpgradedConnection(socket as Socket);
        if (head.length > 0) connection.#read(head);
        resolve(connection);
      });
      asked.on('response', (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      asked.on('error', reject);
      asked.end();
    });
  }

  /** Waits for messages, or for the end. @throws After ten seconds. */
  async until(holds: (connection: this) => boolean): Promise<this> {
    const deadline = Date.now() + LIMIT;
    while (!holds(this)) {
      if (Date.now() > deadline) throw new Error(`It did not come to that: ${this.messages.join(' | ')}`);
      await new Promise((wake) => setTimeout(wake, 5));
    }
    return this;
  }

  close(): void {
    this.socket.destroy();
  }

  /** Reads frames without a mask, none of which is longer than 125 bytes. @see RFC 6455 5.2 */
  #read(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      const length = bytes[at + 1] ?? 0;
      this.messages.push(bytes.toString('utf8', at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
}
