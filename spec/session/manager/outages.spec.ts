import { describe, expect, it } from '@jest/globals';
import { SessionTooLargeError, StoreUnavailableError } from '../../../lib/errors/index.js';
import { Outages } from '../../../lib/session/manager/outages.js';
import { SessionReport } from '../../../lib/session/manager/session-report.js';
import { RememberingEvents } from '../../support/remembering-events.js';

function start(timeout = 1000) {
  const events = new RememberingEvents();
  const failed = () => events.take().map(({ operation }) => operation);
  return { failed, outages: new Outages(new SessionReport(events), timeout) };
}

describe('An outage of the store', () => {
  it('is any error that the store throws, and is reported with the operation', async () => {
    const { outages, failed } = start();
    const cause = new Error('no route');
    const error = await outages.during('write', () => Promise.reject(cause)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreUnavailableError);
    expect((error as StoreUnavailableError).cause).toBe(cause);
    expect(failed()).toEqual(['write']);
  });

  it('is also a store or a schema that does not answer in time', async () => {
    const { outages, failed } = start(5);
    await expect(outages.during('read', () => new Promise(() => {}))).rejects.toThrow(StoreUnavailableError);
    await expect(outages.duringSchema(new Promise(() => {}))).rejects.toThrow(StoreUnavailableError);
    expect(failed()).toEqual(['read', 'schema']);
  });

  it('is not an error about the session itself', async () => {
    const { outages, failed } = start();
    const tooLarge = new SessionTooLargeError(2, 1, [], 'store');
    await expect(outages.during('write', () => Promise.reject(tooLarge))).rejects.toBe(tooLarge);
    await expect(outages.duringSchema(Promise.reject(tooLarge))).rejects.toBe(tooLarge);
    expect(failed()).toEqual([]);
  });

  it('is reported once', () => {
    const { outages, failed } = start();
    const known = outages.of('read', new Error('away'));
    expect(outages.of('write', known)).toBe(known);
    expect(failed()).toEqual(['read']);
  });

  it('is not assumed for a synchronous answer, which is returned as it is', () => {
    expect(start().outages.answer('token')).toBe('token');
  });
});
