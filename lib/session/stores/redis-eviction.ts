import { EvictingStoreError } from '../../errors.js';

/** A script, because whoever may keep sessions may run one, and CONFIG is often forbidden where Redis is rented. */
const ASK_INFO = `return redis.call('INFO', 'memory')`;
const SETTING = 'maxmemory-policy';
/** The one policy under which nothing is dropped before its time. */
const KEEPS_ALL = 'noeviction';

/** What is asked of a client to learn its server's policy. */
export interface PolicyClient {
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  configGet?(setting: string): Promise<unknown>;
}

/**
 * Reads what a server does when its memory is full.
 *
 * @param key One of the client's keys: a cluster asks the server that has it.
 * @returns `undefined` where neither INFO nor CONFIG GET tells.
 * @throws When it does not answer.
 */
export async function evictionPolicy(client: PolicyClient, key: string): Promise<string | undefined> {
  const info = await allowed(() => client.eval(ASK_INFO, { keys: [key], arguments: [] }));
  const told = /^maxmemory_policy:(\S+)/m.exec(String(info ?? ''))?.[1];
  return told ?? settingIn(await allowed(async () => client.configGet?.(SETTING)));
}

/** @returns Why sessions do not stay there; `undefined` where they do, or nobody can tell. */
export function evictionProblem(policy: string | undefined, host: string): EvictingStoreError | undefined {
  return policy === undefined || policy === KEEPS_ALL ? undefined : new EvictingStoreError(host, policy);
}

/** A server that says no has answered: its words for that begin with a code in capitals. */
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
