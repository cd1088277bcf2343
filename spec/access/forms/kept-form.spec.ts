import { describe, expect, it } from '@jest/globals';
import {
  dropForm,
  errorsByField,
  isMeantFor,
  keepForm,
  keepsForm,
  takeForm,
} from '../../../lib/access/forms/kept-form.js';
import { FlashLedger } from '../../../lib/session/flashes/flash-claims.js';
import { FlashDraft } from '../../../lib/session/flashes/flash-draft.js';
import { FrozenClock } from '../../support/frozen-clock.js';

const FORM = { name: 'join', input: [['email', 'ada']] } as const;

describe('A kept form', () => {
  it('is taken by its own page, once', () => {
    const before = new FlashDraft();
    keepForm(before, '/join', FORM, 0);
    const flashes = new FlashDraft(before.added);
    expect(takeForm(flashes, '/login')).toBeUndefined();
    expect(takeForm(flashes, '/join')).toMatchObject(FORM);
    expect(flashes.taken.size).toBe(1);
    expect(keepsForm(new FlashDraft(), '/join')).toBe(false);
  });

  it('is not listed among the flash messages', () => {
    const flashes = new FlashDraft();
    keepForm(flashes, '/join', FORM, 0);
    flashes.replace('notice', 'Saved');
    expect(flashes.keys()).toEqual(['notice']);
    expect(keepsForm(flashes, '/join')).toBe(true);
  });

  it.each([
    [14, true],
    [15, false],
  ])('is available after %i minutes: %s', (minutes, isThere) => {
    const before = new FlashDraft();
    const clock = new FrozenClock();
    keepForm(before, '/join', FORM, clock.now());
    clock.advance(minutes * 60);
    const flashes = new FlashDraft(before.added, new FlashLedger(clock).open());
    expect(keepsForm(flashes, '/join')).toBe(isThere);
    expect(takeForm(flashes, '/join') !== undefined).toBe(isThere);
    expect(flashes.isEmpty).toBe(true);
  });

  it.each([
    [{}, 'ada', true],
    [{ userId: 'ada' }, 'ada', true],
    [{ userId: 'ada' }, undefined, true],
    [{ userId: 'ada' }, 'bea', false],
    [{ userId: 'ada', isFarewell: true }, undefined, true],
    [{ userId: 'ada', isFarewell: true }, 'ada', false],
  ])('with %j belongs to the user %s: %s', (kept, userId, isMeant) => {
    expect(isMeantFor({ input: [], ...kept }, userId)).toBe(isMeant);
  });

  it.each([false, true])('can be dropped, also while messages are held back: %s', (isHeld) => {
    const before = new FlashDraft();
    before.append('notice', 'welcome');
    const flashes = new FlashDraft(before.added, new FlashLedger(new FrozenClock()).open());
    flashes.hold(isHeld);
    keepForm(flashes, '/join', FORM, 0);
    dropForm(flashes, '/join');
    expect([flashes.added.size, flashes.hasDelivered, keepsForm(flashes, '/join')]).toEqual([0, false, false]);
    expect(flashes.has('notice')).toBe(true);
  });
});

describe('Validation errors of a form', () => {
  it.each([
    [
      { email: 'no address', name: ['too short', 'no letters'], note: undefined, tags: [] },
      { email: ['no address'], name: ['too short', 'no letters'] },
    ],
    [
      [
        { message: 'no city', path: ['address', 'city'] },
        { message: 'no tag', path: [{ key: 'tags' }, 0] },
        { message: 'taken', path: ['email'] },
        { message: 'odd', path: ['email'] },
        { message: 'all wrong' },
      ],
      { 'address.city': ['no city'], 'tags.0': ['no tag'], email: ['taken', 'odd'], '': ['all wrong'] },
    ],
  ])('are grouped by field: %j', (errors, expected) => {
    expect(errorsByField(errors)).toEqual(expected);
  });
});
