import { describe, expect, it } from '@jest/globals';
import { evictionOf, evictionProblem } from '../../../../lib/session/stores/redis/eviction-policy.js';
import type { RedisCommands, SendToServer } from '../../../../lib/session/stores/redis/redis-commands.js';

const memory = (policy: string) => `# Memory\r\nmaxmemory:0\r\nmaxmemory_policy:${policy}\r\nmaxmemory_human:0B\r\n`;
const stats = (evicted: number) => `# Stats\r\nexpired_keys:9\r\nevicted_keys:${evicted}\r\n`;
const FORBIDDEN = new Error("NOPERM this user has no permissions to run the 'info' command");
const SILENT = new Error('Socket closed unexpectedly');

/** A server that returns these answers, or rejects with them if they are errors. */
function server(info: unknown, config: unknown = new Error('ERR unknown command CONFIG'), evicted: unknown = stats(0)) {
  const send: SendToServer = async (command, section) => {
    const answer = command === 'CONFIG' ? config : section === 'stats' ? evicted : info;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return send;
}
const nothing = { hmget: async () => [], eval: async () => null };
const asked = (...servers: SendToServer[]) => evictionOf({ ...nothing, servers: async () => servers }, 1_000);

describe('The eviction policy of Redis', () => {
  const setting = { 'maxmemory-policy': 'volatile-ttl' };

  it.each<[string, SendToServer, string | undefined]>([
    ['from INFO', server(memory('allkeys-lru'), setting), 'allkeys-lru'],
    ['from CONFIG GET when INFO is forbidden', server(FORBIDDEN, setting), 'volatile-ttl'],
    ['from CONFIG GET when INFO does not contain it', server('# Memory\r\nused_memory:1\r\n', setting), 'volatile-ttl'],
    ['from CONFIG GET as a Map', server(FORBIDDEN, new Map(Object.entries(setting))), 'volatile-ttl'],
    ['from CONFIG GET as a list', server(FORBIDDEN, Object.entries(setting).flat()), 'volatile-ttl'],
    ['as unknown when both are forbidden', server(FORBIDDEN), undefined],
    ['as unknown when the answer is unexpected', server('OK', 'OK'), undefined],
  ])('is read %s', async (_, send, policy) => {
    expect(await asked(send)).toMatchObject({ policy, isImpossible: false, isUnheard: false });
  });

  it('cannot be read while no server answers', async () => {
    await expect(asked(server(SILENT), server(SILENT))).rejects.toThrow('Socket closed');
    await expect(asked()).rejects.toThrow('has no server');
  });

  it('is that of the server that drops keys, of several', async () => {
    const keeping = server(memory('noeviction'));
    expect(await asked(keeping, keeping)).toEqual({ policy: 'noeviction', isImpossible: true, isUnheard: false });
    expect(await asked(keeping, server(memory('allkeys-lru')))).toMatchObject({ policy: 'allkeys-lru' });
    expect(await asked(keeping, server(FORBIDDEN))).toMatchObject({ policy: undefined, isImpossible: false });
  });

  it('is unknown when one of several servers does not answer', async () => {
    const silent: SendToServer = () => new Promise(() => {});
    const servers: RedisCommands = { ...nothing, servers: async () => [server(memory('noeviction')), silent] };
    expect(await evictionOf(servers, 20)).toEqual({ policy: undefined, isImpossible: false, isUnheard: true });
  });

  it('does not say that nothing was dropped when something was, or when this is not told', async () => {
    const keeping = memory('noeviction');
    for (const told of [stats(3), FORBIDDEN, ''])
      expect(await asked(server(keeping, setting, told))).toMatchObject({ policy: 'noeviction', isImpossible: false });
  });

  it.each(['allkeys-lru', 'allkeys-random', 'volatile-lfu', 'volatile-ttl', 'eviction'])(
    'is a problem when it is %s',
    (policy) => {
      expect(evictionProblem(policy, 'host:6379')).toMatchObject({ code: 'EVICTING_STORE', policy, host: 'host:6379' });
    },
  );

  it('is no problem when it drops nothing, or is unknown', () => {
    expect(evictionProblem('noeviction', 'host')).toBeUndefined();
    expect(evictionProblem(undefined, 'host')).toBeUndefined();
  });
});
