import { inTime } from '../../../base/waiting.js';
import { EvictingStoreError } from '../../../errors/index.js';
import type { RedisCommands, SendToServer } from './redis-commands.js';
import { isReply } from './redis-failure.js';

const SETTING = 'maxmemory-policy';
/** The only policy under which nothing is dropped before it expires. */
const KEEPS_ALL = 'noeviction';

/** What is known of the memory of all servers together. */
export interface Eviction {
  /** The policy that drops most; `undefined` when a server does not tell its own. */
  readonly policy: string | undefined;
  /** True when no server drops keys, and none has done so since it started. */
  readonly isImpossible: boolean;
  /** True when a server did not answer. */
  readonly isUnheard: boolean;
}

type Answer = Eviction | { readonly error: unknown };

/**
 * Asks every server what it does when its memory is full, and whether it has done so. `INFO` is asked first, because
 * hosted Redis often forbids `CONFIG`.
 *
 * @param timeout Milliseconds that one server has for its answer.
 * @throws When no server answers.
 */
export async function evictionOf(commands: RedisCommands, timeout: number): Promise<Eviction> {
  const answers = await Promise.all(
    (await commands.servers()).map(
      (send): Promise<Answer> =>
        Promise.resolve(inTime(evictionAt(send), timeout, 'Redis')).catch((error: unknown) => ({ error })),
    ),
  );
  const told = answers.flatMap((answer) => ('error' in answer ? [] : [answer]));
  const failed = answers.flatMap((answer) => ('error' in answer ? [answer.error] : []));
  if (told.length === 0) throw failed[0] ?? new Error('Redis has no server that could be asked.');
  const policies = told.map(({ policy }) => policy);
  const isUnheard = failed.length > 0;
  const evicting = policies.find((policy) => policy !== undefined && policy !== KEEPS_ALL);
  return {
    policy: evicting ?? (isUnheard || policies.includes(undefined) ? undefined : KEEPS_ALL),
    isImpossible: !isUnheard && told.every(({ isImpossible }) => isImpossible),
    isUnheard,
  };
}

async function evictionAt(send: SendToServer): Promise<Eviction> {
  const [memory, stats] = await Promise.all(
    ['memory', 'stats'].map(async (section) => String((await allowed(() => send('INFO', section))) ?? '')),
  );
  const reported = /^maxmemory_policy:(\S+)/m.exec(memory ?? '')?.[1];
  const policy = reported ?? settingIn(await allowed(() => send('CONFIG', 'GET', SETTING)));
  const isImpossible = policy === KEEPS_ALL && /^evicted_keys:0\s*$/m.test(stats ?? '');
  return { policy, isImpossible, isUnheard: false };
}

/** Returns the error for a policy that drops sessions; `undefined` for one that keeps them, or an unknown one. */
export function evictionProblem(policy: string | undefined, host: string): EvictingStoreError | undefined {
  return policy === undefined || policy === KEEPS_ALL ? undefined : new EvictingStoreError(host, policy);
}

/** Returns the warning for a server that does not tell its policy. */
export function unknownPolicy(host: string): string {
  return (
    `[astro-gatehouse] Redis at ${host} reports neither by INFO nor by CONFIG GET whether it drops keys when memory is short. Make sure ` +
    'that its maxmemory-policy is noeviction: otherwise visitors may be signed out early. To list the sessions of a ' +
    'user, all sessions are searched.'
  );
}

const warned = new Set<string>();

/** Logs a warning, once in the life of the process. */
export function warnOnce(problem: string): void {
  if (warned.has(problem)) return;
  warned.add(problem);
  console.warn(problem);
}

/** Runs a command, and returns `undefined` when the server refuses it. */
async function allowed(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return await ask();
  } catch (error) {
    if (isReply(error)) return undefined;
    throw error;
  }
}

/** Finds the policy in the answer to `CONFIG GET`, which is a list, a Map or an object, depending on the client. */
function settingIn(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const policy: unknown = Array.isArray(answer)
    ? answer[answer.indexOf(SETTING) + 1]
    : answer instanceof Map
      ? answer.get(SETTING)
      : (answer as Record<string, unknown>)[SETTING];
  return typeof policy === 'string' ? policy : undefined;
}
