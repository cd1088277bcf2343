import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { SessionDraft } from '../../../lib/session/draft/session-draft.js';
import { FlashBag } from '../../../lib/session/flash-bag.js';
import { Outages } from '../../../lib/session/manager/outages.js';
import { SessionReport } from '../../../lib/session/manager/session-report.js';
import { SecurityEvents } from '../../../lib/session/security-events.js';
import { SessionSchema } from '../../../lib/session/session-schema.js';
import { adopt, fittedOr, fittedRecord, hasOpened } from '../../../lib/session/steps/adopted-session.js';
import { FrozenClock } from '../../support/frozen-clock.js';
import { recordOf } from '../../support/records.js';

const outages = new Outages(new SessionReport(new SecurityEvents(new FrozenClock())), 1000);
const draftOfRecord = (record = recordOf({ values: { cart: 1 } })) => new SessionDraft(record, new FlashBag());

describe('A session that a request continues from', () => {
  it('has the newer values, and the changes of the request on top of them', () => {
    const draft = draftOfRecord();
    draft.own.values.assign('cart', (old: unknown) => Number(old) + 10);
    const newer = recordOf({ id: draft.id, values: { cart: 2, token: 'new' }, version: 7 });
    adopt(draft, newer);
    expect([draft.values.all(), draft.opened?.version]).toEqual([{ cart: 12, token: 'new' }, 7]);
  });

  it('keeps the id that the request knows', () => {
    const draft = draftOfRecord();
    const { id } = draft;
    adopt(draft, recordOf({ values: { cart: 2 }, version: 7 }));
    expect([draft.id, draft.opened?.id, draft.opened?.version, draft.isDirty]).toEqual([id, id, undefined, false]);
  });

  it('is to be ended by the commit when it is empty', () => {
    const draft = draftOfRecord();
    adopt(draft, recordOf({ id: draft.id }));
    expect([draft.isEmpty, draft.isDirty]).toEqual([true, true]);
  });

  it('is none for a request that is closed, or has another session meanwhile', () => {
    for (const act of [
      (draft: SessionDraft) => draft.close(),
      (draft: SessionDraft) => draft.regenerate(),
      (draft: SessionDraft) => draft.signIn({ userId: 'ada' }, 0),
    ]) {
      const draft = draftOfRecord();
      const { opened } = draft;
      act(draft);
      adopt(draft, recordOf({ values: { cart: 2 } }));
      expect(draft.opened).toBe(opened);
      expect(opened && hasOpened(draft, opened)).toBe(false);
    }
  });

  it('is as its schema makes it, if it matches', async () => {
    const schema = new SessionSchema({ schema: z.object({ cart: z.coerce.number() }) });
    const record = recordOf({ values: { cart: '2' } });
    expect((await fittedRecord({ schema, outages }, record))?.fitted?.shown).toEqual(new Map([['cart', 2]]));
    expect(await fittedRecord({ schema, outages }, recordOf({ values: { cart: 'x' } }))).toBeUndefined();
    const foreign = recordOf({ values: { cart: 'x' }, isForeign: true });
    expect(await fittedRecord({ schema, outages }, foreign)).toBe(foreign);
    expect(await fittedRecord({ schema: new SessionSchema(), outages }, record)).toBe(record);
  });

  it('has the values that it had, when its schema fails after it was stored', async () => {
    const record = recordOf({ values: { cart: 'x' } });
    const before = { fitted: { shown: new Map([['cart', 1]]) } };
    const refine = () => {
      throw new Error('down');
    };
    for (const cart of [z.number(), z.string().refine(refine)]) {
      const parts = { schema: new SessionSchema({ schema: z.object({ cart }) }), outages };
      expect(await fittedOr(parts, record, before)).toEqual({ ...record, ...before });
    }
  });
});
