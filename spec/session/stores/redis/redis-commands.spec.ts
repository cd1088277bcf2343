import { describe, expect, it } from '@jest/globals';
import { ioredisCommands, upstashCommands } from '../../../../lib/session/stores/redis/redis-commands.js';

const ioredis = {
  hmget: async (...words: string[]) => words,
  eval: async (...words: (string | number)[]) => words,
  call: async (...words: string[]) => words,
};

describe('Commands through ioredis', () => {
  it('pass a script with the number of its keys', async () => {
    const commands = ioredisCommands(ioredis);
    expect(await commands.hmget('key', ['a', 'b'])).toEqual(['key', 'a', 'b']);
    expect(await commands.eval('return 1', ['x', 'y'], ['v'])).toEqual(['return 1', 2, 'x', 'y', 'v']);
    const [send, ...others] = await commands.servers();
    expect(await send?.('SCAN', '0')).toEqual(['SCAN', '0']);
    expect(others).toEqual([]);
  });

  it('reach every primary of a cluster', async () => {
    const node = (name: string) => ({ call: async (...words: string[]) => [name, ...words] });
    const cluster = { ...ioredis, nodes: (role: 'master') => [node(`${role} 1`), node(`${role} 2`)] };
    const servers = await ioredisCommands(cluster).servers();
    expect(await Promise.all(servers.map((send) => send('PING')))).toEqual([
      ['master 1', 'PING'],
      ['master 2', 'PING'],
    ]);
  });
});

describe('Commands through @upstash/redis', () => {
  const asked: unknown[] = [];
  const upstash = {
    async eval(script: string, keys: string[], values: string[]) {
      asked.push([keys, values]);
      return script.includes('HMGET') ? ['=[1]', null, '=', 7] : '=12';
    },
    scan: async (cursor: string, options: { match: string; count: number }): Promise<[number, string[]]> => {
      asked.push([cursor, options]);
      return [0, ['a:1']];
    },
  };
  const commands = upstashCommands(upstash);

  it('read strings that look like JSON as they are', async () => {
    expect(await commands.hmget('key', ['text', 'none', 'empty'])).toEqual(['[1]', null, '', 7]);
    expect(asked.splice(0)).toEqual([[['key'], ['text', 'none', 'empty']]]);
    expect(await commands.eval('return 1', ['key'], ['v'])).toBe('12');
    expect(asked.splice(0)).toEqual([[['key'], ['v']]]);
  });

  it('search keys, and refuse what is not available over HTTP', async () => {
    const [send] = await commands.servers();
    expect(await send?.('SCAN', '7', 'MATCH', 'a:*', 'COUNT', '100')).toEqual(['0', ['a:1']]);
    expect(asked.splice(0)).toEqual([['7', { match: 'a:*', count: 100 }]]);
    await expect(send?.('INFO', 'memory')).rejects.toThrow(/^ERR INFO/);
  });
});
