import { describe, expect, it } from '@jest/globals';
import { FlashLedger } from '../../../lib/session/flashes/flash-claims.js';
import { FrozenClock } from '../../support/frozen-clock.js';

const message = { id: 'a', value: 'Saved' };

function twoRequests() {
  const clock = new FrozenClock();
  const ledger = new FlashLedger(clock);
  return { clock, first: ledger.open(), second: ledger.open() };
}

describe('A flash message claimed by a request of this process', () => {
  it('is not available to another request', () => {
    const { first, second } = twoRequests();
    expect([first.isFree(message), second.isFree(message)]).toEqual([true, true]);
    expect(first.claim(message)).toBe(true);
    expect([first.isFree(message), second.isFree(message)]).toEqual([true, false]);
    expect([first.claim(message), second.claim(message)]).toEqual([true, false]);
  });

  it('is available again when that request releases it', () => {
    const { first, second } = twoRequests();
    first.claim(message);
    first.release();
    expect(second.claim(message)).toBe(true);
  });

  it('is available again a minute after that request began, even when it never ends', () => {
    const { clock, first, second } = twoRequests();
    clock.advance(10);
    first.claim(message);
    clock.advance(49);
    expect(second.isFree(message)).toBe(false);
    clock.advance(1);
    expect(second.claim(message)).toBe(true);
  });

  it('is not available for a minute after its delivery, even in an older copy of the session', () => {
    const { clock, first, second } = twoRequests();
    first.claim(message);
    clock.advance(30);
    first.deliver();
    first.release();
    clock.advance(59);
    expect(second.isFree(message)).toBe(false);
    clock.advance(1);
    expect(second.isFree(message)).toBe(true);
  });

  it('is available again when the response that delivered it was lost', () => {
    const { first, second } = twoRequests();
    first.claim(message);
    first.deliver();
    first.takeBack();
    expect(second.claim(message)).toBe(true);
  });

  it('is not released by a request whose claim has expired', () => {
    const clock = new FrozenClock();
    const ledger = new FlashLedger(clock);
    const first = ledger.open();
    first.claim(message);
    clock.advance(60);
    const second = ledger.open();
    second.claim(message);
    first.release();
    expect(first.isFree(message)).toBe(false);
  });
});

describe('The lease of a process', () => {
  const leasedTo = (by: string) => new Map([['notice', { ...message, lease: { by, until: 90_000_000_000_000 } }]]);

  it('differs between processes, and is the same for all requests of one process', () => {
    const [{ first, second }, elsewhere] = [twoRequests(), twoRequests()];
    expect(first.by).toBe(second.by);
    expect(first.by).not.toBe(elsewhere.first.by);
    expect(first.until - first.now).toBe(60_000);
  });

  it('reserves messages against other processes, but not against its own requests', () => {
    const [{ first, second }, elsewhere] = [twoRequests(), twoRequests()];
    const leased = { ...message, lease: { by: first.by, until: first.until } };
    expect([second.isFree(leased), elsewhere.first.isFree(leased)]).toEqual([true, false]);
    expect(elsewhere.first.claim(leased)).toBe(false);
  });

  it('is returned by the last request that holds it', () => {
    const { first, second } = twoRequests();
    first.begin(leasedTo(first.by));
    second.begin(leasedTo(first.by));
    expect([first.leasedBy, second.leasedBy]).toEqual([undefined, undefined]);
    first.end();
    first.end();
    expect([first.leasedBy, second.leasedBy]).toEqual([undefined, first.by]);
  });

  it('is not returned by a request that holds none', () => {
    const { first, second } = twoRequests();
    first.begin(new Map());
    second.begin(leasedTo('another'));
    expect([first.leasedBy, second.leasedBy]).toEqual([undefined, undefined]);
  });
});
