import { describe, expect, it } from '@jest/globals';
import { evictionPolicy, evictionProblem, type PolicyClient } from '../../../lib/session/stores/redis-eviction.js';

const INFO = '# Memory\r\nused_memory:1\r\nmaxmemory:0\r\nmaxmemory_policy:allkeys-lru\r\nmaxmemory_human:0B\r\n';

/** A client whose server answers so, or refuses so. */
function client(info: unknown, config?: unknown): PolicyClient {
  const answer = (given: unknown) => (given instanceof Error ? Promise.reject(given) : Promise.resolve(given));
  return { eval: () => answer(info), ...(config !== undefined && { configGet: () => answer(config) }) };
}

describe('The policy of a Redis whose memory is full', () => {
  const forbidden = new Error("NOPERM this user has no permissions to run the 'info' command");
  const setting = { 'maxmemory-policy': 'volatile-ttl' };

  it.each<[string, PolicyClient, string | undefined]>([
    ['by INFO', client(INFO, setting), 'allkeys-lru'],
    ['by CONFIG GET, where INFO is forbidden', client(forbidden, setting), 'volatile-ttl'],
    ['by CONFIG GET, where INFO does not say', client('# Memory\r\nused_memory:1\r\n', setting), 'volatile-ttl'],
    ['by CONFIG GET, as a Map', client(forbidden, new Map(Object.entries(setting))), 'volatile-ttl'],
    ['by nobody, where both are forbidden', client(forbidden, new Error('ERR unknown command CONFIG')), undefined],
    ['by nobody, where a client knows no CONFIG GET', client(forbidden), undefined],
    ['by nobody, where the answer is something else', client('OK', 'OK'), undefined],
  ])('is told %s', async (_, asked, policy) => {
    expect(await evictionPolicy(asked, 'gatehouse:')).toBe(policy);
  });

  it('is not known while the server does not answer', async () => {
    await expect(evictionPolicy(client(new Error('Socket closed unexpectedly')), 'x')).rejects.toThrow('Socket closed');
  });

  it.each(['allkeys-lru', 'allkeys-random', 'volatile-lfu', 'volatile-ttl', 'eviction'])(
    'is a problem: %s',
    (policy) => {
      expect(evictionProblem(policy, 'host:6379')).toMatchObject({ code: 'EVICTING_STORE', policy, host: 'host:6379' });
    },
  );

  it('is none where nothing is dropped, or nobody can tell', () => {
    expect(evictionProblem('noeviction', 'host')).toBeUndefined();
    expect(evictionProblem(undefined, 'host')).toBeUndefined();
  });
});
