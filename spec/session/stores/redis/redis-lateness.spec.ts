import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { RedisOptions } from '../../../../lib/session/stores/redis/redis-options.js';

/** Milliseconds. */
const LOADING = 150;
const TIMEOUT = 1_000;
const INFO = 'maxmemory_policy:noeviction\r\nevicted_keys:0\r\n';

/** A client whose answers are given by the spec. */
class ManualClient {
  static readonly all: ManualClient[] = [];
  isOpen = false;
  isDestroyed = false;
  readonly #waiting = new Map<string, { answer(values: null[]): void; fail(error: Error): void }>();

  constructor() {
    ManualClient.all.push(this);
  }

  async connect(): Promise<void> {
    this.isOpen = true;
  }
  on(): void {}
  async sendCommand(): Promise<string> {
    return INFO;
  }
  hmGet(key: string): Promise<null[]> {
    return new Promise((answer, fail) => this.#waiting.set(key, { answer, fail }));
  }
  destroy(): void {
    this.isDestroyed = true;
    for (const { fail } of this.#waiting.values()) fail(new Error('Disconnects client'));
  }
  answer(key: string): void {
    this.#waiting.get(key)?.answer([null]);
  }
}

/** A cluster of one node. */
class ManualCluster extends ManualClient {
  readonly masters = [this];
  async nodeClient(): Promise<ManualClient> {
    return this;
  }
}

jest.unstable_mockModule('redis', async () => {
  await new Promise((wake) => setTimeout(wake, LOADING));
  return { createClient: () => new ManualClient(), createCluster: () => new ManualCluster() };
});
const { RedisConnection } = await import('../../../../lib/session/stores/redis/redis-connection.js');

beforeEach(() => {
  ManualClient.all.length = 0;
});

it('The time in which the package redis is loaded does not count as time without an answer', async () => {
  const connection = new RedisConnection({ timeout: LOADING / 3_000 });
  await connection.prepare();
  await connection.close();
});

describe('A command that is answered too late', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** Has a connection that is open, and a function that sends a command on it. */
  async function opened(place: RedisOptions) {
    const connection = new RedisConnection({ ...place, timeout: TIMEOUT / 1_000 });
    await connection.prepare();
    const [client] = ManualClient.all as [ManualClient];
    const ask = (key: string) => {
      const answer = connection.ask((commands) => commands.hmget(key, ['field']));
      // It is looked at later.
      answer.catch(() => {});
      return answer;
    };
    return { client, ask, connection };
  }

  /** Sends two commands, of which one is answered in half of the timeout, and the other never. */
  async function oneOfTwo({ client, ask }: Awaited<ReturnType<typeof opened>>) {
    const [early, late] = [ask('early'), ask('late')];
    await jest.advanceTimersByTimeAsync(TIMEOUT / 2);
    client.answer('early');
    await early;
    // A promise alone would be awaited.
    return { late };
  }

  /** Has the timeout of a command pass, of which half is over. */
  async function assertTooLate(late: Promise<unknown>) {
    await jest.advanceTimersByTimeAsync(TIMEOUT * 0.6);
    await expect(late).rejects.toThrow('Redis did not answer within 1000 ms.');
  }

  it('leaves the connection alone, with the commands of other requests, when others were answered meanwhile', async () => {
    const redis = await opened({});
    const { client, ask, connection } = redis;
    const { late } = await oneOfTwo(redis);
    const other = ask('other');
    await assertTooLate(late);
    client.answer('other');
    expect(await other).toEqual([null]);
    expect(ManualClient.all).toEqual([client]);
    expect(client.isDestroyed).toBe(false);
    await connection.close();
  });

  it('replaces the connection when nothing was heard from the server since', async () => {
    const { client, ask, connection } = await opened({});
    await jest.advanceTimersByTimeAsync(1);
    const late = ask('late');
    await jest.advanceTimersByTimeAsync(TIMEOUT * 1.1);
    await expect(late).rejects.toThrow('Redis did not answer within 1000 ms.');
    expect(client.isDestroyed).toBe(true);
    const next = ask('next');
    await jest.advanceTimersByTimeAsync(0);
    ManualClient.all[1]?.answer('next');
    expect(await next).toEqual([null]);
    await connection.close();
  });

  it('replaces the client of a cluster, whose other nodes may answer, once these had the time to do so', async () => {
    const redis = await opened({ cluster: ['redis://127.0.0.1:1'] });
    const { client, ask, connection } = redis;
    const { late } = await oneOfTwo(redis);
    const other = ask('other');
    await assertTooLate(late);
    const next = ask('next');
    await jest.advanceTimersByTimeAsync(0);
    expect(ManualClient.all).toHaveLength(2);
    ManualClient.all[1]?.answer('next');
    expect(await next).toEqual([null]);
    client.answer('other');
    expect(await other).toEqual([null]);
    await jest.advanceTimersByTimeAsync(TIMEOUT);
    expect(client.isDestroyed).toBe(true);
    await connection.close();
  });

  it('destroys the replaced client of a cluster at once when the connection is closed', async () => {
    const redis = await opened({ cluster: ['redis://127.0.0.1:1'] });
    const { client, connection } = redis;
    const { late } = await oneOfTwo(redis);
    await assertTooLate(late);
    expect(client.isDestroyed).toBe(false);
    await connection.close();
    expect(client.isDestroyed).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });
});
