import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createClient } from 'redis';
import { freePort } from './app.js';
import type { RedisServer } from './redis-server.js';

const TOKEN = 'a-token';

/**
 * A server that speaks Upstash's protocol and passes every command on to a Redis: one command is an array of words, posted
 * as JSON; several are posted to `/pipeline`.
 *
 * @see https://upstash.com/docs/redis/features/restapi
 */
export class UpstashServer {
  readonly token = TOKEN;

  private constructor(
    private readonly server: Server,
    private readonly client: { destroy(): void },
    readonly port: number,
  ) {}

  static async before({ url }: RedisServer): Promise<UpstashServer> {
    const client = createClient({ url, RESP: 2 });
    client.on('error', () => {});
    await client.connect();
    const server = createServer(async (request, response) => {
      const isAllowed = request.headers.authorization === `Bearer ${TOKEN}`;
      const body = await bodyOf(request);
      const asked: unknown[] = isAllowed ? JSON.parse(body) : [];
      const isPipeline = request.url === '/pipeline';
      const isEncoded = request.headers['upstash-encoding'] === 'base64';
      const answerTo = async (words: unknown[]) => {
        try {
          const result: unknown = await client.sendCommand(words.map(String));
          return { result: isEncoded ? encoded(result) : result };
        } catch (error) {
          return { error: (error as Error).message };
        }
      };
      const answers = isPipeline ? Promise.all((asked as unknown[][]).map(answerTo)) : answerTo(asked);
      const answer = isAllowed ? await answers : { error: 'WRONGPASS invalid or missing auth token' };
      response.statusCode = isAllowed ? ('error' in answer ? 400 : 200) : 401;
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    });
    const port = await freePort();
    await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
    return new UpstashServer(server, client, port);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
    this.client.destroy();
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

/** Encodes every string of an answer, as the client asks for by default. */
function encoded(result: unknown): unknown {
  if (Array.isArray(result)) return result.map(encoded);
  return typeof result === 'string' ? Buffer.from(result).toString('base64') : result;
}
