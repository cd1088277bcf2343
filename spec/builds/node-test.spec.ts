import { describe, expect, it } from '@jest/globals';
import { App } from '../support/app.js';

const test = (abilities = ', { listsSessions: true }') => `
import { MemorySessionStore } from 'astro-gatehouse/server';
import { describeSessionStore, FrozenClock } from 'astro-gatehouse/testing';

if (new FrozenClock().now() !== new FrozenClock().now()) throw new Error('time passes');
describeSessionStore('Sessions in memory', ({ config, clock }) => new MemorySessionStore(config, clock)${abilities});
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
    const { code, output } = await outcomeOf({ 'store.test.mjs': test() });
    expect(output).toMatch(/^# fail 0$/m);
    expect(Number(/^# pass (\d+)$/m.exec(output)?.[1])).toBeGreaterThan(70);
    expect(output).toContain('ok 1 - end as they do in a simple model, 100 times');
    expect(code).toBe(0);
  });

  it('fail where they should', async () => {
    const { code, output } = await outcomeOf({
      'store.test.mjs': `
import { MemorySessionStore } from 'astro-gatehouse/server';
import { describeSessionStore } from 'astro-gatehouse/testing';

class Forgetful extends MemorySessionStore {
  async write(changes) {
    return super.write({ ...changes, unset: new Set() });
  }
}
describeSessionStore('Sessions in memory', ({ config, clock }) => new Forgetful(config, clock), { modelRuns: 0, listsSessions: true });
`,
    });
    const failed = [...output.matchAll(/^ {4}not ok \d+ - (.*)$/gm)].map(([, name]) => name);
    expect(failed).toEqual([
      'is found though it holds nothing, where it says that it is kept',
      'takes the place of what it changes, and of nothing else',
      'takes back what an earlier sign-in gave',
      'that set different keys both keep theirs',
      'of which one learns more of the visitor leave the next sign-in all of it to take back',
      'of which one empties the session keep what the others put in',
    ]);
    expect(code).toBe(1);
  });

  it('say so where fast-check is not installed, and run without it when they are told to', async () => {
    const hidden = {
      'hide.mjs': `
import { registerHooks } from 'node:module';
registerHooks({
  resolve(name, context, next) {
    if (name === 'fast-check') throw Object.assign(new Error('not installed'), { code: 'ERR_MODULE_NOT_FOUND' });
    return next(name, context);
  },
});
`,
    };
    const [asked, told] = await Promise.all([
      outcomeOf({ ...hidden, 'store.test.mjs': `import './hide.mjs';${test()}` }),
      outcomeOf({
        ...hidden,
        'store.test.mjs': `import './hide.mjs';${test(', { listsSessions: true, modelRuns: 0 }')}`,
      }),
    ]);
    expect(asked.output).toMatch(/^# fail 1$/m);
    expect(asked.output).toContain('npm install --save-dev fast-check');
    expect(asked.output).toContain('{ modelRuns: 0 }');
    expect(told.output).toMatch(/^# fail 0$/m);
  });
});
