import { EvictingStoreError } from '../../errors.js';

/** A script, because every user that may store sessions may run one, while hosted Redis often forbids CONFIG. */
const ASK_INFO = `return redis.call('INFO', 'memory')`;
const SETTING = 'maxmemory-policy';
/** The only policy under which nothing is dropped before it expires. */
const KEEPS_ALL = 'noeviction';

/** The methods of a client that are needed to read its server's policy. */
export interface PolicyClient {
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  configGet?(setting: string): Promise<unknown>;
}

/**
 * Reads a server's eviction policy: what it does when its memory is full.
 *
 * @param key One of the client's keys: in a cluster, the server that has it is asked.
 * @returns `undefined` when neither INFO nor CONFIG GET returns it.
 * @throws When the server does not answer.
 */
export async function evictionPolicy(client: PolicyClient, key: string): Promise<string | undefined> {
  const info = await allowed(() => client.eval(ASK_INFO, { keys: [key], arguments: [] }));
  const told = /^maxmemory_policy:(\S+)/m.exec(String(info ?? ''))?.[1];
  return told ?? settingIn(await allowed(async () => client.configGet?.(SETTING)));
}

/** Returns the error for a policy that drops sessions; `undefined` for one that keeps them, or an unknown one. */
export function evictionProblem(policy: string | undefined, host: string): EvictingStoreError | undefined {
  return policy === undefined || policy === KEEPS_ALL ? undefined : new EvictingStoreError(host, policy);
}

/**
 * Runs a command, and returns `undefined` when the server refuses it. The messages of such refusals begin with a code
 * in capitals.
 */
async function allowed(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Error && /^[A-Z]{2,} /.test(error.message)) return undefined;
    throw error;
  }
}

function settingIn(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const policy: unknown = answer instanceof Map ? answer.get(SETTING) : (answer as Record<string, unknown>)[SETTING];
  return typeof policy === 'string' ? policy : undefined;
}
