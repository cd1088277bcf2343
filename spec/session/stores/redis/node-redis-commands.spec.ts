import { describe, expect, it } from '@jest/globals';
import {
  nodeRedisCommands,
  type RedisClient,
  serverOf,
  slotOf,
} from '../../../../lib/session/stores/redis/node-redis-commands.js';

/** A client that returns what it was asked. */
function client<Extras extends object>(extras: Extras): RedisClient & Extras {
  return {
    isOpen: true,
    connect: async () => undefined,
    destroy: () => {},
    on: () => undefined,
    hmGet: async (key: string, fields: string[]) => [key, ...fields],
    eval: async (script: string, { keys, arguments: values }: { keys: string[]; arguments: string[] }) => [
      script,
      keys,
      values,
    ],
    ...extras,
  };
}
const single = (name: string) => ({ sendCommand: async (words: string[]) => [name, ...words] });

describe('A client of the package redis', () => {
  it('reads fields, and runs scripts', async () => {
    const commands = nodeRedisCommands(client({}));
    expect(await commands.hmget('key', ['a', 'b'])).toEqual(['key', 'a', 'b']);
    expect(await commands.eval('return 1', ['x', 'y'], ['v'])).toEqual(['return 1', ['x', 'y'], ['v']]);
  });

  it('for one server sends it commands', async () => {
    const [send] = await nodeRedisCommands(client(single('one'))).servers();
    expect(await send?.('PING')).toEqual(['one', 'PING']);
  });

  it('for Sentinels sends commands to the primary', async () => {
    const sentinel = client({
      getMasterNode: () => undefined,
      sendCommand: async (isReadonly: boolean, words: string[]) => [isReadonly, ...words],
    });
    const [send, ...others] = await nodeRedisCommands(sentinel).servers();
    expect(await send?.('PING')).toEqual([false, 'PING']);
    expect(others).toEqual([]);
  });

  it('for a cluster sends commands to each primary, and to the one of a key', async () => {
    const slots = Array.from({ length: 16_384 }, (_, slot) => ({ master: slot < 8_192 ? 'low' : 'high' }));
    const cluster = client({
      masters: ['low', 'high'],
      slots,
      nodeClient: async (node: unknown) => single(String(node)),
    });
    const servers = await nodeRedisCommands(cluster).servers();
    expect(await Promise.all(servers.map((send) => send('PING')))).toEqual([
      ['low', 'PING'],
      ['high', 'PING'],
    ]);
    expect(await (await serverOf(cluster, 'foo'))('WAIT')).toEqual(['high', 'WAIT']);
    expect(await (await serverOf(cluster, 'bar'))('WAIT')).toEqual(['low', 'WAIT']);
  });

  it('that is wrapped, and can do no more, sends commands by a script', async () => {
    const [send] = await nodeRedisCommands(client({})).servers();
    expect(await send?.('SCAN', '0')).toEqual(['return redis.call(unpack(ARGV))', [''], ['SCAN', '0']]);
  });
});

describe('The slot of a key in a cluster', () => {
  it.each([
    ['123456789', 0x31c3],
    ['foo', 12_182],
    ['bar', 5_061],
    ['ä', slotOf('{ä}x')],
    ['{foo}:1', 12_182],
    ['a{foo}b{bar}', 12_182],
    ['{}foo', 9_500],
  ])('is that which Redis computes: %s', (key, slot) => {
    expect(slotOf(key)).toBe(slot);
  });
});
