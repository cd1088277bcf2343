import { describe, expect, it } from '@jest/globals';
import { App } from '../support/app.js';

const TEST = `
import { MemorySessionStore } from 'astro-gatehouse/server';
import { describeSessionStore, FrozenClock } from 'astro-gatehouse/testing';

if (new FrozenClock().now() !== new FrozenClock().now()) throw new Error('time passes');
describeSessionStore('Sessions in memory', ({ config, clock }) => new MemorySessionStore(config, clock), { listsSessions: true });
`;

/** Runs the tests with `node --test`. */
async function outcomeOf(files: Record<string, string>) {
  const app = App.create(undefined, files);
  try {
    return await app.node('--test', '--test-reporter=tap');
  } finally {
    app.remove();
  }
}

describe('The packed tests for stores, under node --test', () => {
  it('run and pass', async () => {
    const { code, output } = await outcomeOf({ 'store.test.mjs': TEST });
    expect(output).toMatch(/^# fail 0$/m);
    expect(Number(/^# pass (\d+)$/m.exec(output)?.[1])).toBeGreaterThan(70);
    expect(code).toBe(0);
  });

  it('fail for a broken store', async () => {
    const { code, output } = await outcomeOf({
      'store.test.mjs': `
import { MemorySessionStore } from 'astro-gatehouse/server';
import { describeSessionStore } from 'astro-gatehouse/testing';

class Forgetful extends MemorySessionStore {
  async write(changes) {
    return super.write({ ...changes, unset: new Set() });
  }
}
describeSessionStore('Sessions in memory', ({ config, clock }) => new Forgetful(config, clock), { listsSessions: true });
`,
    });
    const failed = [...output.matchAll(/^ {4}not ok \d+ - (.*)$/gm)].map(([, name]) => name);
    expect(failed).toEqual([
      'is found though it holds nothing, where it says that it is kept',
      'takes the place of what it changes, and of nothing else',
      'takes back what an earlier sign-in gave',
      'that set different keys both keep theirs',
      'of which one learns more of the visitor leave the next sign-in all of it to take back',
      'do not contain those that have ended, expired, become empty or got another id',
      'of which one empties the session keep what the others put in',
    ]);
    expect(code).toBe(1);
  });
});
