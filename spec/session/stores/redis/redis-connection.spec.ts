import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { inTime } from '../../../../lib/base/waiting.js';
import { RedisConnection } from '../../../../lib/session/stores/redis/redis-connection.js';
import { RedisFailure } from '../../../../lib/session/stores/redis/redis-failure.js';

describe('A connection to a Redis that is away', () => {
  it.each([
    { url: 'redis://127.0.0.1:1' },
    { cluster: ['redis://127.0.0.1:1'] },
    { sentinel: { name: 'mymaster', nodes: ['127.0.0.1:1'] } },
  ])('is closed at once, without an error: %j', async (place) => {
    const connection = new RedisConnection({ ...place, timeout: 0.3 });
    await expect(connection.prepare()).rejects.toThrow();
    await inTime(connection.close(), 5_000, 'It');
    await connection.close();
  });
});

describe('A Redis address that no client can parse', () => {
  it.each([
    'redis://:hunter2#x@127.0.0.1:6379',
    'redis://ada:hunter2/x@127.0.0.1:6379',
    'redis://ada:hunter2%zz@127.0.0.1:1',
    'redis://ada:hunter2@127.0.0.1:99999',
    'redis://ada:hunter2@127.0.0.1:1/hunter2',
    'hunter2://127.0.0.1',
    'hunter2',
  ])('is reported with the expected form, and without its text, which may be a password: %s', async (url) => {
    const failure: unknown = await new RedisConnection({ url }).prepare().then(
      () => undefined,
      (error) => error,
    );
    expect(failure).toBeInstanceOf(RedisFailure);
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain('hunter2');
    expect((failure as RedisFailure).message).toBe('The address of Redis is invalid.');
    expect((failure as RedisFailure).cure).toContain('redis://user:password@host:6379');
    expect((failure as RedisFailure).cure).toContain('%23');
  });
});
