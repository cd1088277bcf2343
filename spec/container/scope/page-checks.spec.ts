import { describe, expect, it } from '@jest/globals';
import { PageChecks } from '../../../lib/container/scope/page-checks.js';

const refusal = () => Promise.reject(new Error('refused'));

describe('A check of the code of a page', () => {
  it.each<[string, (check: Promise<void>) => unknown]>([
    ['await', async (check) => await check],
    ['then()', (check) => check.then()],
    ['catch()', (check) => check.catch(() => undefined)],
    ['finally()', (check) => check.finally()],
    ['Promise.all()', (check) => Promise.all([check])],
    ['a function that returns it', async (check) => check],
  ])('is not ignored by %s', async (_, waitFor) => {
    const checks = new PageChecks();
    await waitFor(checks.add(Promise.resolve()));
    expect(checks.ignored()).toBeUndefined();
  });

  it('is ignored when nobody waits for it, and said to be so once', async () => {
    const checks = new PageChecks();
    checks.add(Promise.resolve());
    await expect(checks.ignored()).resolves.toBeDefined();
    expect(checks.ignored()).toBeUndefined();
  });

  it('refuses with the first refusal, and ends no process before', async () => {
    const checks = new PageChecks();
    for (const outcome of [Promise.resolve(), refusal(), refusal()]) checks.add(outcome);
    await new Promise((wake) => setImmediate(wake));
    await expect(checks.ignored()).rejects.toThrow('refused');
  });

  it('gives the code the outcome', async () => {
    const checks = new PageChecks();
    await expect(checks.add(Promise.resolve())).resolves.toBeUndefined();
    await expect(checks.add(refusal())).rejects.toThrow('refused');
  });

  it('is ignored although the code waits for another one', async () => {
    const checks = new PageChecks();
    const [awaited] = [checks.add(Promise.resolve()), checks.add(refusal())];
    await awaited;
    await expect(checks.ignored()).rejects.toThrow('refused');
  });
});
