import { describe, expect, it } from '@jest/globals';
import { MissingClientError, StoreUnavailableError } from '../../../../lib/errors/index.js';
import { explained, RedisFailure, redisCure } from '../../../../lib/session/stores/redis/redis-failure.js';

const LATE = new Error('Redis did not answer within 2000 ms.');
const refused = (code: string, message = code) => Object.assign(new Error(message), { code });

describe('A failure of Redis', () => {
  it.each([
    [refused('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1'), 'start Redis, or set REDIS_URL'],
    [new AggregateError([refused('ECONNREFUSED')]), 'start Redis, or set REDIS_URL'],
    [refused('ENOTFOUND', 'getaddrinfo ENOTFOUND redis'), 'No host has that name'],
    [new Error('WRONGPASS invalid username-password pair or user is disabled.'), 'It refuses the user or the password'],
    [new Error('NOAUTH Authentication required.'), 'It refuses the user or the password'],
    [
      refused('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain'),
      'NODE_EXTRA_CA_CERTS=ca.pem',
    ],
    [
      refused('UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify the first certificate'),
      'NODE_EXTRA_CA_CERTS=ca.pem',
    ],
    [refused('ERR_SSL_WRONG_VERSION_NUMBER', 'write EPROTO'), 'write rediss:// in REDIS_URL for TLS'],
    [new Error('MOVED 3999 127.0.0.1:6381'), "cluster: ['redis://a:7000'"],
    [new Error('NOPERM User x has no permissions'), 'allow the commands'],
    [
      new Error("ERR The user executing the script can't run this command or subcommand script: 9f2"),
      'allow the commands',
    ],
  ])('is reported with its cause and what to do: %s', (error, cure) => {
    expect(redisCure(error)).toContain(cure);
    const late = explained(LATE, error, 'redis.example:6379') as RedisFailure;
    expect(late).toBeInstanceOf(RedisFailure);
    expect(late.message).toMatch(
      /^Redis did not answer within 2000 ms\. The connection to redis\.example:6379 failed: /,
    );
    const told = new StoreUnavailableError('read', late).message;
    expect(told).toContain(cure);
    expect(told).not.toContain('Make sure that the store is running');
  });

  it.each([
    [{ url: 'redis://a:1' }, ['start Redis', 'REDIS_URL']],
    [{ cluster: ['redis://a:1'] }, ['start the nodes of the cluster', 'store.cluster']],
    [{ sentinel: { name: 'mymaster', nodes: ['a:1'] } }, ['start the Sentinels', 'store.sentinel']],
  ])('names the option that says where Redis is: %j', (place, expected) => {
    const codes = ['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'WRONGPASS', 'EPROTO'];
    const cures = codes.map((code) => redisCure(refused(code), place)).join(' ');
    for (const part of expected) expect(cures).toContain(part);
    if (!('url' in place)) expect(cures).not.toContain('REDIS_URL');
  });

  it('suggests an address without TLS when one with TLS is not answered', () => {
    const late = new Error('Connection timeout');
    expect(redisCure(late, { url: 'rediss://a:1' })).toContain('redis://');
    expect(redisCure(late, { url: 'redis://a:1' })).not.toContain('redis://');
    expect(redisCure(late, { cluster: ['a:1', 'rediss://b:1'] })).toContain('redis://');
  });

  it('is told in sentences, each with one full stop', () => {
    const odd = new Error('All the root nodes are unavailable');
    const told = explained(odd, refused('WRONGPASS', 'WRONGPASS user is disabled.'), 'redis:1') as Error;
    expect(told.message).toBe(
      'All the root nodes are unavailable. The connection to redis:1 failed: WRONGPASS user is disabled.',
    );
    const known = explained(new Error('WRONGPASS user is disabled.'), undefined, 'redis:1') as Error;
    expect(known.message).toBe('Redis at redis:1: WRONGPASS user is disabled.');
  });

  it('is reported with the error of the command when the server answered', () => {
    const error = explained(new Error('MOVED 3999 127.0.0.1:6381'), refused('ECONNREFUSED'), 'redis:1') as Error;
    expect(error.message).toBe('Redis at redis:1: MOVED 3999 127.0.0.1:6381.');
  });

  it('is left unchanged when nothing more is known about it', () => {
    expect(explained(LATE, undefined, 'redis:1')).toBe(LATE);
    expect(explained(LATE, new Error('odd'), 'redis:1')).toBe(LATE);
    const missing = new MissingClientError('RedisSessionStore', 'the package redis', 'Install it.');
    expect(explained(missing, refused('ECONNREFUSED'), 'redis:1')).toBe(missing);
    expect(new StoreUnavailableError('read', LATE).message).toContain(
      'Make sure that the store is running and can be reached.',
    );
  });
});
