import { describe, expect, it } from '@jest/globals';
import { type DecidedRequest, DecisionHistory } from '../../../lib/astro/toolbar/decision-recorder.js';

function opened(path: string, session?: string, parts: Partial<DecidedRequest> = {}): DecidedRequest {
  return { at: 0, method: 'GET', path, session, isPage: true, ...parts };
}

describe('The history of decisions', () => {
  it('keeps the last twenty, the newest first', () => {
    const history = new DecisionHistory();
    for (let at = 0; at < 30; at++) history.add(opened(`/${at}`));
    expect(history.latest.map(({ path }) => path)).toEqual(Array.from({ length: 20 }, (_, at) => `/${29 - at}`));
  });

  it('has one entry for a request that is recorded twice', () => {
    const history = new DecisionHistory();
    const first = opened('/a');
    history.add(first);
    history.add(opened('/b'));
    history.add(opened('/a', 'later'), first);
    expect(history.latest.map(({ path, session }) => [path, session])).toEqual([
      ['/a', 'later'],
      ['/b', undefined],
    ]);
  });

  it('finds the decision on a page for this session, or else for any session', () => {
    const history = new DecisionHistory();
    const mine = opened('/page', 'mine');
    const other = opened('/page', 'other');
    history.add(mine);
    history.add(other);
    expect(history.ofPage('/page', 'mine')).toBe(mine);
    expect(history.ofPage('/page', undefined)).toBe(other);
    expect(history.ofPage('/elsewhere', 'mine')).toBeUndefined();
  });

  it('does not confuse a guest with a session, nor an endpoint with a page', () => {
    const history = new DecisionHistory();
    const guest = opened('/page');
    history.add(guest);
    history.add(opened('/page', 'mine'));
    expect(history.ofPage('/page', undefined)).toBe(guest);
    history.add(opened('/api', 'mine', { isPage: false }));
    expect(history.ofPage('/api', 'mine')).toBeUndefined();
  });

  it('forgets pages that were opened long ago', () => {
    const history = new DecisionHistory();
    for (let at = 0; at < 1000; at++) history.addPage(opened(`/${at}`));
    expect(history.latest).toEqual([]);
    expect(history.ofPage('/0', undefined)).toBeUndefined();
    expect(history.ofPage('/999', undefined)?.path).toBe('/999');
  });
});

describe('A listener for new decisions', () => {
  it('is notified of the next decision, and immediately of an earlier one', async () => {
    const history = new DecisionHistory();
    const waiting = history.after(history.revision, 10_000);
    history.add(opened('/a', undefined, { isPage: false }));
    await waiting;
    expect(history.revision).toBeGreaterThan(0);
    await history.after(0, 10_000);
  });

  it('waits no longer than its timeout', async () => {
    const history = new DecisionHistory();
    const started = Date.now();
    await history.after(history.revision, 20);
    expect(Date.now() - started).toBeLessThan(5000);
    expect(history.revision).toBe(0);
  });
});
