import { afterEach, describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { RedisSessionStore } from '../../../../lib/session/stores/redis/redis-session-store.js';
import { freePort } from '../../../support/app.js';
import { RedisServer } from '../../../support/redis-server.js';
import { TlsProxy } from '../../../support/tls-proxy.js';

let redis: RedisServer | undefined;
let client: ReturnType<typeof createClient> | undefined;

afterEach(async () => {
  client?.destroy();
  await redis?.remove();
  redis = undefined;
});

/** Returns the error with which a read fails. */
async function failure(url: string): Promise<Error & { cure?: string }> {
  // A spec can destroy this client while it is still trying to connect.
  client = createClient({ url, disableOfflineQueue: true });
  const store = new RedisSessionStore({ client, timeout: 0.7 });
  const reading = Promise.resolve(store.read('x'.repeat(43)));
  return reading.then(
    () => new Error('It did not fail.'),
    (error) => error,
  );
}

describe('A Redis server that cannot be used', () => {
  it('is reported with its cause when the password is wrong', async () => {
    redis = await RedisServer.start('--requirepass', 'right');
    const error = await failure(`redis://:wrong@127.0.0.1:${redis.port}`);
    expect(error.message).toContain('WRONGPASS');
    expect(error.cure).toContain('It refuses the user or the password');
    expect(error.message + error.cure).not.toContain('wrong@');
  });

  it('is reported with its cause when the password is missing', async () => {
    redis = await RedisServer.start('--requirepass', 'right');
    const error = await failure(redis.url);
    expect(error.message).toContain('NOAUTH');
    expect(error.cure).toContain('It refuses the user or the password');
  });

  it('is reported with its cause when nothing listens at the address', async () => {
    const error = await failure(`redis://127.0.0.1:${await freePort()}`);
    expect(error.message).toContain('ECONNREFUSED');
    expect(error.cure).toContain('Nothing listens there');
  });

  it('is reported with its cause when it is one node of a cluster', async () => {
    redis = await RedisServer.start('--cluster-enabled', 'yes');
    const error = await failure(redis.url);
    expect(error.message + (error.cure ?? '')).toMatch(/CLUSTERDOWN|MOVED/);
  });

  it('is reported with the cure when its certificate is not trusted', async () => {
    const proxy = await TlsProxy.before({ port: await freePort() });
    const error = await failure(`rediss://127.0.0.1:${proxy.port}`);
    await proxy.stop();
    expect(error.cure).toContain('NODE_EXTRA_CA_CERTS=ca.pem');
  });
});
