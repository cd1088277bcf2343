import { describe, expect, it } from '@jest/globals';
import { InvalidOptionsError } from '../../../../lib/errors/index.js';
import { assertOnePlace, asUrl, nameOfPlace } from '../../../../lib/session/stores/redis/redis-options.js';
import { RedisSessionStore } from '../../../../lib/session/stores/redis/redis-session-store.js';

const commands = { hmget: async () => [], eval: async () => null, servers: async () => [] };

describe('The options of Redis', () => {
  it('name one place', () => {
    const cluster = ['a:1'];
    const sentinel = { name: 'main', nodes: ['a:1'] };
    for (const options of [{}, { url: 'redis://a' }, { cluster }, { sentinel }, { client: commands }])
      expect(() => assertOnePlace(options)).not.toThrow();
    expect(() => new RedisSessionStore({ url: 'redis://a', cluster })).toThrow(InvalidOptionsError);
    expect(() => assertOnePlace({ url: 'redis://a', cluster, sentinel })).toThrow('url and cluster and sentinel');
    expect(() => assertOnePlace({ cluster, client: commands })).toThrow('cluster and client');
  });

  it('wait for replicas only through a client that is created here', () => {
    expect(() => assertOnePlace({ client: commands, replicas: 1 })).toThrow('min-replicas-to-write');
    expect(() => assertOnePlace({ url: 'redis://a', replicas: 1 })).not.toThrow();
  });

  it('are named in messages without users and passwords', () => {
    expect(nameOfPlace({})).toBe('localhost:6379');
    expect(nameOfPlace({ url: 'redis://ada:hunter2@a:7' })).toBe('a:7');
    expect(nameOfPlace({ url: 'hunter2' })).toBe('its address');
    expect(nameOfPlace({ cluster: ['redis://ada:hunter2@a:7', 'b:8'] })).toBe('a:7, b:8');
    expect(nameOfPlace({ sentinel: { name: 'main', nodes: ['redis://:hunter2@a:1'] } })).toBe('main (Sentinel)');
  });

  it('take a host and a port for an address', () => {
    expect(asUrl('a:7000')).toBe('redis://a:7000');
    expect(asUrl('rediss://a:7000')).toBe('rediss://a:7000');
  });
});
