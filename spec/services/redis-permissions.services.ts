import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisFailure } from '../../lib/session/stores/redis/redis-failure.js';
import { RedisRevocationList } from '../../lib/session/stores/redis/redis-revocation-list.js';
import { RedisSessionStore } from '../../lib/session/stores/redis/redis-session-store.js';
import { describeSessionStore } from '../../lib/testing/describe-session-store.js';
import { App, freePort, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { FrozenClock } from '../support/frozen-clock.js';
import { changesOf } from '../support/records.js';
import { command } from '../support/redis-cluster.js';
import { RedisServer } from '../support/redis-server.js';
import { describeEpochs, describeRevocationList } from '../support/revocation-lists.js';
import { visitedSite } from '../support/visited-site.js';

const PASSWORD = 'p@ss/word#1';
/** The user as docs/stores.md has it. */
const [DOCUMENTED = ''] = /^ACL SETUSER .*$/m.exec(readFileSync('docs/stores.md', 'utf8')) ?? [];
const USER = DOCUMENTED.replace('>PASSWORD', `>${PASSWORD}`).split(' ');

let redis: RedisServer;
let url: string;
let count = 0;
const open: { close(): Promise<void> }[] = [];

function opened<Kept extends { close(): Promise<void> }>(kept: Kept): Kept {
  open.push(kept);
  return kept;
}
/** Has keys that no other store has, all of which the user may use. */
function place() {
  count += 1;
  return { url, keyPrefix: `gatehouse:kit-${count}:`, timeout: 10 };
}

/** Creates a CA, and a certificate of it for this machine. */
function certificate(folder: string): { ca: string; settings: string[] } {
  const file = (name: string) => join(folder, name);
  const openssl = (...words: string[]) => execFileSync('openssl', words, { stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  openssl('req', '-x509', ...key, '-keyout', file('ca.key'), '-out', file('ca.pem'), '-subj', '/CN=Our own CA');
  const signed = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-addext', 'subjectAltName=IP:127.0.0.1'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    file('key.pem'),
    '-out',
    file('cert.pem'),
    '-subj',
    '/CN=redis',
    ...signed,
  );
  const files = [
    '--tls-cert-file',
    file('cert.pem'),
    '--tls-key-file',
    file('key.pem'),
    '--tls-ca-cert-file',
    file('ca.pem'),
  ];
  return { ca: file('ca.pem'), settings: [...files, '--tls-auth-clients', 'no'] };
}

beforeAll(async () => {
  redis = await RedisServer.start();
  await command(redis, ...USER);
  url = `redis://gatehouse:${encodeURIComponent(PASSWORD)}@127.0.0.1:${redis.port}`;
});
afterEach(() => Promise.all(open.splice(0).map((each) => each.close())));
afterAll(() => redis.remove());

describe('A user of Redis with the documented permissions', () => {
  describeSessionStore('Sessions', ({ clock }) => opened(new RedisSessionStore(place(), clock)), {
    listsSessions: true,
  });
  describeRevocationList('A revocation list', () => opened(new RedisRevocationList(place())));
  describeEpochs('A revocation list', () => opened(new RedisRevocationList(place())));

  it('was refused nothing, and can search all sessions', async () => {
    const store = opened(new RedisSessionStore(place(), new FrozenClock()));
    await store.assertKeeps();
    await store.write(changesOf({ set: { userId: 'ada' } }));
    expect(await store.list('ada', { isThorough: true })).toHaveLength(1);
    expect(await command(redis, 'ACL', 'LOG')).toEqual([]);
  });

  it.each([
    ['-hset', (store: RedisSessionStore) => store.write(changesOf({ set: { cart: 1 } }))],
    ['-eval', (store: RedisSessionStore) => store.write(changesOf({ set: { cart: 1 } }))],
    ['-hmget', (store: RedisSessionStore) => Promise.resolve(store.read('x'.repeat(43)))],
    ['-scan', (store: RedisSessionStore) => store.list('ada', { isThorough: true })],
    ['~others:*', (store: RedisSessionStore) => store.write(changesOf({ set: { cart: 1 } }))],
  ])('is told which documentation to read when a permission is missing: %s', async (rule, act) => {
    const keys = rule.startsWith('~') ? ['resetkeys', rule] : [rule];
    await command(redis, ...USER, ...keys);
    try {
      const failure: unknown = await act(opened(new RedisSessionStore(place(), new FrozenClock()))).catch(
        (error) => error,
      );
      expect(failure).toBeInstanceOf(RedisFailure);
      expect((failure as RedisFailure).cure).toContain('section Redis of docs/stores.md');
    } finally {
      await command(redis, ...USER.slice(0, 3), 'reset');
      await command(redis, ...USER);
    }
  });
});

describe('A site whose Redis takes only TLS, with a certificate of an own CA', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-tls-'));
  let secure: RedisServer;
  let app: App;
  let port: number;
  let ca: string;
  const servers: Server[] = [];

  beforeAll(async () => {
    const made = certificate(folder);
    ca = made.ca;
    port = await freePort();
    secure = await RedisServer.start('--tls-port', String(port), ...made.settings);
    await command(secure, ...USER);
    app = await App.create(undefined, visitedSite("{ store: 'redis' }")).build();
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await secure.remove();
    app.remove();
    rmSync(folder, { recursive: true });
  });

  async function serve(environment: Record<string, string>): Promise<Server> {
    const REDIS_URL = `rediss://gatehouse:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`;
    const server = await app.serve({ GATEHOUSE_SECRET: SECRET, REDIS_URL, ...environment });
    servers.push(server);
    return server;
  }

  it('signs visitors in as a user with the documented permissions', async () => {
    const server = await serve({ NODE_EXTRA_CA_CERTS: ca });
    const browser = new Browser(server);
    await browser.post('/put?key=a&value=b');
    await browser.post('/enter?as=ada');
    await browser.post('/change-id');
    expect(JSON.parse((await browser.get('/account')).text)).toEqual({ userId: 'ada', a: 'b' });
    await browser.post('/leave');
    expect((await browser.get('/account')).status).toBe(401);
    expect(await command(secure, 'ACL', 'LOG')).toEqual([]);
  });

  it('answers 503 without the certificate of the CA, and logs what to do', async () => {
    const server = await serve({});
    expect((await new Browser(server).post('/enter?as=ada')).status).toBe(503);
    expect(await server.printed('NODE_EXTRA_CA_CERTS=ca.pem')).toContain('NODE_EXTRA_CA_CERTS=ca.pem');
  });
});
