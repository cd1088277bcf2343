/**
 * Sends one server a command that concerns no key, such as `SCAN`, and returns its answer. Rejects with an error whose
 * message begins with the server's code (`ERR …`) when it is refused.
 */
export type SendToServer = (...words: string[]) => Promise<unknown>;

/**
 * The three calls through which sessions and revocations are stored in Redis: what a client must be able to do. Values
 * are strings in UTF-8.
 */
export interface RedisCommands {
  /** Returns fields of a hash: `HMGET`. `null` for those that do not exist. */
  hmget(key: string, fields: readonly string[]): Promise<readonly (string | null)[]>;
  /** Runs a script: `EVAL`. Every key that it touches is in `keys`. */
  eval(script: string, keys: readonly string[], values: readonly string[]): Promise<unknown>;
  /** Returns a function for every server that holds keys: one, or each primary of a cluster. */
  servers(): Promise<readonly SendToServer[]>;
}

/** The methods of a client of the package `ioredis`, for one server, Sentinels or a cluster. */
export interface IoredisClient {
  hmget(key: string, ...fields: string[]): Promise<(string | null)[]>;
  eval(script: string, numberOfKeys: number, ...keysAndValues: string[]): Promise<unknown>;
  call(command: string, ...words: string[]): Promise<unknown>;
  /** Only a cluster has it. */
  nodes?(role: 'master'): readonly Pick<IoredisClient, 'call'>[];
}

/**
 * Lets sessions and revocations be stored through a client of the package `ioredis`.
 *
 * @example new RedisSessionStore({ client: ioredisCommands(new Redis(process.env.REDIS_URL)) }, get(Clock))
 */
export function ioredisCommands(client: IoredisClient): RedisCommands {
  return {
    hmget: (key, fields) => client.hmget(key, ...fields),
    eval: (script, keys, values) => client.eval(script, keys.length, ...keys, ...values),
    servers: async () => {
      const nodes = client.nodes ? client.nodes('master') : [client];
      return nodes.map(
        (node) =>
          (command = '', ...words) =>
            node.call(command, ...words),
      );
    },
  };
}

/** The methods of a client of the package `@upstash/redis`. */
export interface UpstashClient {
  eval(script: string, keys: string[], values: string[]): Promise<unknown>;
  scan(cursor: string, options: { match: string; count: number }): Promise<[string | number, string[]]>;
}

/** Marks each string, because the client parses strings that look like JSON. */
const READ_MARKED = `
  local found = redis.call('HMGET', KEYS[1], unpack(ARGV))
  for at, text in ipairs(found) do if text then found[at] = '=' .. text end end
  return found`;

/**
 * Lets sessions and revocations be stored over HTTP, through a client of the package `@upstash/redis`.
 *
 * @example new RedisSessionStore({ client: upstashCommands(Redis.fromEnv()) }, get(Clock))
 */
export function upstashCommands(client: UpstashClient): RedisCommands {
  const scan: SendToServer = async (command, cursor = '0', _match, pattern = '*', _count, count) => {
    if (command !== 'SCAN') throw new Error(`ERR ${command} is not available over HTTP`);
    const [next, keys] = await client.scan(cursor, { match: pattern, count: Number(count) });
    return [String(next), keys];
  };
  return {
    async hmget(key, fields) {
      const found = (await client.eval(READ_MARKED, [key], [...fields])) as readonly (string | null)[];
      return found.map((text) => (text === null ? null : text.slice(1)));
    },
    eval: (script, keys, values) => client.eval(script, [...keys], [...values]),
    servers: async () => [scan],
  };
}
