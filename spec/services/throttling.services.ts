import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { App } from '../support/app.js';
import { RedisServer } from '../support/redis-server.js';

const RECIPE = readFileSync(join(resolve(import.meta.dirname, '../..'), 'docs/throttling.md'), 'utf8');
/** The block that makes a limiter of Redis. */
const [, BLOCK = ''] = /```ts\n(\/\/ src\/limiters\.ts\n.*?)```/s.exec(RECIPE) ?? [];

/**
 * Makes attempts with one key in a process of their own, and prints how each came out: the seconds to wait, or none.
 *
 * @param waits Until the limiter has its connection.
 */
function attempts(count: number, url: string, waits: boolean): string {
  return `
    process.env.REDIS_URL = '${url}';
    const { ofAddressAndAccount } = await import('./limiters.mjs');
    while (${waits} && !ofAddressAndAccount.client.isReady) await new Promise((wake) => setTimeout(wake, 10));
    const outcomes = [];
    for (let at = 0; at < ${count}; at++) {
      const wait = ({ msBeforeNext }) => Math.ceil(msBeforeNext / 1000);
      outcomes.push(await ofAddressAndAccount.consume('an address and an account').then(() => 0, wait));
    }
    console.log(JSON.stringify(outcomes));
    process.exit();`;
}

describe('The limiter that docs/throttling.md makes of Redis', () => {
  let app: App;
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await RedisServer.start();
    const { outputText } = ts.transpileModule(BLOCK, { compilerOptions: { module: ts.ModuleKind.ESNext } });
    app = App.create(undefined, { 'limiters.mjs': outputText });
  });
  afterAll(async () => {
    await redis.remove();
    app.remove();
  });

  async function outcomesOf(count: number, waits = true): Promise<number[]> {
    app.write({ 'attempts.mjs': attempts(count, redis.url, waits) });
    const { output } = await app.node('attempts.mjs');
    // The errors of the client are printed too.
    return JSON.parse(/^\[[\d,]+\]$/m.exec(output)?.[0] ?? output);
  }

  it('counts for all processes together', async () => {
    expect(await outcomesOf(3)).toEqual([0, 0, 0]);
    const [fourth, fifth, sixth = 0] = await outcomesOf(3);
    expect([fourth, fifth]).toEqual([0, 0]);
    expect(sixth).toBeGreaterThan(14 * 60);
    expect(sixth).toBeLessThanOrEqual(15 * 60);
  });

  it('counts by itself while Redis is unavailable', async () => {
    await redis.kill();
    const outcomes = await outcomesOf(6, false);
    expect(outcomes.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
    expect(outcomes[5]).toBeGreaterThan(14 * 60);
  });
});
