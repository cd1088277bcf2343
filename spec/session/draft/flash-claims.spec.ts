import { describe, expect, it } from '@jest/globals';
import { FlashLedger } from '../../../lib/session/draft/flash-claims.js';
import { FrozenClock } from '../../support/frozen-clock.js';

const message = { id: 'a', value: 'Saved' };

function twoRequests() {
  const clock = new FrozenClock();
  const ledger = new FlashLedger(clock);
  return { clock, first: ledger.open(), second: ledger.open() };
}

describe('A message that a request of this process has read', () => {
  it("is no other request's", () => {
    const { first, second } = twoRequests();
    expect([first.isFree(message), second.isFree(message)]).toEqual([true, true]);
    expect(first.claim(message)).toBe(true);
    expect([first.isFree(message), second.isFree(message)]).toEqual([true, false]);
    expect([first.claim(message), second.claim(message)]).toEqual([true, false]);
  });

  it('is there again when that gives it back', () => {
    const { first, second } = twoRequests();
    first.claim(message);
    first.release();
    expect(second.claim(message)).toBe(true);
  });

  it('is there again a minute after that began, should it never end', () => {
    const { clock, first, second } = twoRequests();
    clock.advance(10);
    first.claim(message);
    clock.advance(49);
    expect(second.isFree(message)).toBe(false);
    clock.advance(1);
    expect(second.claim(message)).toBe(true);
  });

  it('stays away for a minute when it was delivered, from requests with an older copy of the session', () => {
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

  it('is there again when the answer in which it was delivered reaches nobody', () => {
    const { first, second } = twoRequests();
    first.claim(message);
    first.deliver();
    first.takeBack();
    expect(second.claim(message)).toBe(true);
  });

  it('is not given back by one that no longer has it', () => {
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

  it('is another with every process, and the same for all of its requests', () => {
    const [{ first, second }, elsewhere] = [twoRequests(), twoRequests()];
    expect(first.by).toBe(second.by);
    expect(first.by).not.toBe(elsewhere.first.by);
    expect(first.until - first.now).toBe(60_000);
  });

  it('keeps messages from other processes, and from none of its own requests', () => {
    const [{ first, second }, elsewhere] = [twoRequests(), twoRequests()];
    const leased = { ...message, lease: { by: first.by, until: first.until } };
    expect([second.isFree(leased), elsewhere.first.isFree(leased)]).toEqual([true, false]);
    expect(elsewhere.first.claim(leased)).toBe(false);
  });

  it('is given back by the last of the requests that have it', () => {
    const { first, second } = twoRequests();
    first.begin(leasedTo(first.by));
    second.begin(leasedTo(first.by));
    expect([first.leasedBy, second.leasedBy]).toEqual([undefined, undefined]);
    first.end();
    first.end();
    expect([first.leasedBy, second.leasedBy]).toEqual([undefined, first.by]);
  });

  it('is nothing to give back for a request without one', () => {
    const { first, second } = twoRequests();
    first.begin(new Map());
    second.begin(leasedTo('another'));
    expect([first.leasedBy, second.leasedBy]).toEqual([undefined, undefined]);
  });
});
