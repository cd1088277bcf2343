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
 * @example services.override(RevocationList, () => new RedisRevocationList({ client: ioredisCommands(ioredis) }))
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

/** Reads fields of a hash. */
const READ = `return redis.call('HMGET', KEYS[1], unpack(ARGV))`;

/** Marks every string in the answer of a script, because the client parses those that look like JSON. */
function markedBy(script: string): string {
  return `
  local function run() ${script} end
  local function marked(answer)
    if type(answer) == 'string' then return '=' .. answer end
    if type(answer) ~= 'table' or answer.ok or answer.err then return answer end
    for at = 1, #answer do answer[at] = marked(answer[at]) end
    return answer
  end
  return marked(run())`;
}

function unmarked(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map(unmarked);
  return typeof answer === 'string' && answer.startsWith('=') ? answer.slice(1) : answer;
}

/** Rethrows an error of the client without the command, which contains what is in a session. */
function withoutCommand(error: unknown): never {
  const [reason = ''] = (error instanceof Error ? error.message : String(error)).split(', command was:');
  throw new Error(reason);
}

/**
 * Lets sessions and revocations be stored over HTTP, through a client of the package `@upstash/redis`.
 *
 * @example services.override(RevocationList, () => new RedisRevocationList({ client: upstashCommands(upstash) }))
 */
export function upstashCommands(client: UpstashClient): RedisCommands {
  const run: RedisCommands['eval'] = async (script, keys, values) =>
    unmarked(await client.eval(markedBy(script), [...keys], [...values]).catch(withoutCommand));
  const scan: SendToServer = async (command, cursor = '0', _match, pattern = '*', _count, count) => {
    if (command !== 'SCAN') throw new Error(`ERR ${command} is not available over HTTP`);
    const [next, keys] = await client.scan(cursor, { match: pattern, count: Number(count) });
    return [String(next), keys];
  };
  return {
    hmget: async (key, fields) => (await run(READ, [key], fields)) as readonly (string | null)[],
    eval: run,
    servers: async () => [scan],
  };
}
