import { describe, expect, it } from '@jest/globals';
import { isSame, shownAfter, valuesAfter, withMigration } from '../../../lib/session/record/fitted-values.js';
import { applyChanges, type SessionChanges } from '../../../lib/session/record/session-changes.js';
import { recordOf } from '../../support/records.js';

const STORED = { userId: 'ada', cart: 'tea,milk', plan: 'old' };
const MIGRATED = { userId: 'ada', cart: ['tea', 'milk'], seen: true };

function changesOf(set: Record<string, unknown> = {}, unset: string[] = []) {
  const migrated = new Map<string, unknown>(Object.entries(MIGRATED));
  const opened = {
    ...recordOf({ values: STORED }),
    fitted: { shown: new Map([...migrated, ['theme', 'light']]), migrated },
  };
  const { id, createdAt, renewedAt, expiresAt, identity } = opened;
  return {
    ...{ opened, id, createdAt, renewedAt, expiresAt, identity, hasSignedIn: false, leasedBy: undefined },
    ...{ flashesAdded: new Map(), flashesTaken: new Set<string>(), cleared: false },
    ...{ set: new Map(Object.entries(set)), unset: new Set(unset), updates: new Map() },
  };
}

const kept = (values: ReadonlyMap<string, unknown>) => Object.fromEntries(values);

/** Returns a draft with these changes. */
function draftWith(changes: SessionChanges) {
  return { ...changes, own: changes };
}

describe('A migration', () => {
  it('is stored together with the changes of the request, which take precedence', () => {
    const changes = withMigration(changesOf({ cart: ['jam'] }, ['seen']));
    expect(kept(applyChanges(changes.opened, changes).values)).toEqual({ userId: 'ada', cart: ['jam'] });
  });

  it('does not overwrite values that another request has stored in the meantime', () => {
    const changes = withMigration(changesOf());
    const newer = recordOf({ values: { ...MIGRATED, cart: ['jam'] } });
    expect(kept(applyChanges(newer, changes).values)).toEqual({ ...MIGRATED, cart: ['jam'] });
    const asItWas = recordOf({ values: STORED });
    expect(kept(applyChanges(asItWas, changes).values)).toEqual(MIGRATED);
  });

  it('is dropped when the session is cleared', () => {
    const changes = { ...changesOf({ a: 1 }), cleared: true };
    expect(withMigration(changes)).toBe(changes);
    expect(kept(valuesAfter(draftWith(changes)))).toEqual({ a: 1 });
  });
});

describe('The values produced by a schema', () => {
  it('stay visible after a commit without being stored', () => {
    const changes = changesOf({ a: 1 }, ['userId']);
    expect(kept(shownAfter(draftWith(changes))?.shown ?? new Map())).toEqual({
      cart: ['tea', 'milk'],
      seen: true,
      theme: 'light',
      a: 1,
    });
    expect(kept(valuesAfter(draftWith(changes)))).toEqual({ cart: ['tea', 'milk'], seen: true, a: 1 });
    expect(shownAfter(draftWith({ ...changes, opened: recordOf({ values: STORED }) }))).toBeUndefined();
  });

  it.each([
    [1, 1, true],
    [{ a: [1] }, { a: [1] }, true],
    [new Date(0), new Date(0), true],
    ['1', 1, false],
    [undefined, null, false],
  ])('are compared in their stored form: %j with %j', (one, other, same) => {
    expect(isSame(one, other)).toBe(same);
  });
});
