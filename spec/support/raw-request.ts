import { connect, type Socket } from 'node:net';

/** A request as it goes over the wire: nothing in it is parsed, resolved or encoded on the way. */
export interface RawRequest {
  readonly method?: string;
  /** What stands between the method and the protocol, in exactly these bytes. */
  readonly target: string;
  /** `Host` and `Accept` are a browser's unless they are given. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const END_OF_HEAD = '\r\n\r\n';
const TIME_LIMIT = 20_000;

/** Sends raw requests over a few connections that are kept open. `fetch` would rewrite their paths. */
export class RawClient {
  readonly #idle: Connection[] = [];
  readonly #waiting: ((connection: Connection) => void)[] = [];

  constructor(
    private readonly port: number,
    connections = 8,
  ) {
    for (let count = 0; count < connections; count++) this.#idle.push(new Connection(port));
  }

  async send(request: RawRequest): Promise<RawAnswer> {
    const connection = this.#idle.pop() ?? (await new Promise<Connection>((take) => this.#waiting.push(take)));
    try {
      return await connection.exchange(this.#bytesOf(request), request.method === 'HEAD');
    } finally {
      const next = this.#waiting.shift();
      if (next) next(connection);
      else this.#idle.push(connection);
    }
  }

  close(): void {
    for (const connection of this.#idle) connection.close();
  }

  #bytesOf({ method = 'GET', target, headers = {}, body = '' }: RawRequest): Buffer {
    const sent = {
      Host: `127.0.0.1:${this.port}`,
      Accept: 'text/html',
      ...(body !== '' && { 'Content-Length': String(Buffer.byteLength(body)) }),
      ...headers,
    };
    const lines = Object.entries(sent).map(([name, value]) => `${name}: ${value}\r\n`);
    return Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
  }
}

/** One request after the other; opened again when the server has closed it. */
class Connection {
  #socket: Socket | undefined;

  constructor(private readonly port: number) {}

  async exchange(bytes: Buffer, isHead: boolean): Promise<RawAnswer> {
    const reused = this.#socket !== undefined;
    try {
      return await this.#exchange(bytes, isHead);
    } catch (error) {
      this.close();
      // A server may close a kept connection just when the next request is on its way.
      if (reused) return this.#exchange(bytes, isHead);
      throw error;
    }
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #exchange(bytes: Buffer, isHead: boolean): Promise<RawAnswer> {
    const socket = this.#socket ?? connect(this.port, '127.0.0.1').setNoDelay(true);
    this.#socket = socket;
    return new Promise((resolve, reject) => {
      let received = Buffer.alloc(0);
      const settle = (answer: RawAnswer | undefined, isOver: boolean) => {
        clearTimeout(timer);
        socket.removeAllListeners();
        socket.on('error', () => this.close());
        if (isOver || answer?.headers.get('connection') === 'close') this.close();
        if (answer) resolve(answer);
        else reject(new Error(`No answer to ${bytes.toString().split('\r\n')[0]}: ${received.toString()}`));
      };
      const timer = setTimeout(() => settle(undefined, true), TIME_LIMIT);
      socket.on('data', (chunk: Buffer) => {
        received = Buffer.concat([received, chunk]);
        const answer = parse(received, isHead, false);
        if (answer) settle(answer, false);
      });
      socket.on('end', () => settle(parse(received, isHead, true), true));
      socket.on('error', () => settle(parse(received, isHead, true), true));
      socket.write(bytes);
    });
  }
}

/** @returns `undefined` while the answer is not complete. */
function parse(received: Buffer, isHead: boolean, isOver: boolean): RawAnswer | undefined {
  const end = received.indexOf(END_OF_HEAD);
  if (end < 0) return undefined;
  const [statusLine = '', ...lines] = received.toString('latin1', 0, end).split('\r\n');
  const headers = new Headers(lines.map((line): [string, string] => splitOnce(line)));
  const status = Number(statusLine.split(' ')[1]);
  const body = received.subarray(end + END_OF_HEAD.length);
  if (isHead || status === 204 || status === 304) return { status, headers, text: '' };
  const length = headers.get('content-length');
  if (headers.get('transfer-encoding') === 'chunked') {
    const text = unchunked(body);
    return text === undefined ? undefined : { status, headers, text };
  }
  if (length === null ? !isOver : body.length < Number(length)) return undefined;
  return { status, headers, text: body.toString() };
}

function splitOnce(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}

function unchunked(body: Buffer): string | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = body.indexOf('\r\n', at);
    if (end < 0) return undefined;
    const size = Number.parseInt(body.toString('latin1', at, end), 16);
    at = end + 2 + size + 2;
    if (at > body.length) return undefined;
    if (size === 0) return Buffer.concat(chunks).toString();
    chunks.push(body.subarray(at - size - 2, at - 2));
  }
}
