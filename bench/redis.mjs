import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';

const PROGRAM = 'redis-server';
const running = new Set();

export const isRedisInstalled = () => spawnSync(PROGRAM, ['--version']).error === undefined;

/** A Redis for this run alone, which keeps nothing on the disk. */
export class Redis {
  #process;
  #folder = mkdtempSync(join(tmpdir(), 'gatehouse-redis-'));

  static async start() {
    const redis = new Redis();
    running.add(redis);
    const port = await freePort();
    const settings = [
      '--port',
      port,
      '--bind',
      '127.0.0.1',
      '--dir',
      redis.#folder,
      '--save',
      '',
      '--appendonly',
      'no',
    ];
    redis.#process = spawn(PROGRAM, settings.map(String), { stdio: 'ignore' });
    redis.url = `redis://127.0.0.1:${port}`;
    // Comes again until the server is there.
    redis.client = await createClient({ url: redis.url })
      .on('error', () => {})
      .connect();
    return redis;
  }

  stop() {
    this.client?.destroy();
    this.#process.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
    running.delete(this);
  }

  static stopAll() {
    for (const redis of running) redis.stop();
  }
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
