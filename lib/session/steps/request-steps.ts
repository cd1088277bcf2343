import { frozen, frozenCopy, thawed } from '../../base/frozen-value.js';
import type { SessionDraft } from '../draft/session-draft.js';
import { isSame, shownAfter, valuesAfter, withMigration } from '../record/fitted-values.js';
import { applyChanges, noChanges } from '../record/session-changes.js';
import { isEmptyRecord, type SessionRecord } from '../record/session-record.js';
import { takingOf, withoutValue } from '../record/taken-value.js';
import { adopt, asOpened, fittedOr, fittedRecord, hasOpened, isOfOpened, type SchemaParts } from './adopted-session.js';
import { ExclusiveLock, type LockParts, type ValueChanges } from './exclusive-lock.js';
import type { ExclusiveRuns } from './exclusive-runs.js';
import type { ExclusiveOptions, SessionSteps } from './session-steps.js';
import { limitOf, onItsOwn, type Run, timedRun } from './timed-run.js';

/** The collaborators of the steps of all requests. */
export interface StepsParts extends LockParts, SchemaParts {
  readonly runs: ExclusiveRuns;
}

/** The outcome of a run, for every request of this process that shares it. */
interface RunOutcome {
  /** A frozen copy of the value. */
  readonly value: unknown;
  /** When the session was stored with it, as {@link ExclusiveRuns.moment} counts; left out where the commit stores it. */
  readonly storedAt?: number;
  /** Returns the session after the run; `undefined` for a request that has it already. */
  readonly sessionFor: (opened: SessionRecord) => SessionRecord | undefined;
}

const NO_CHANGES: ValueChanges = { set: new Map(), unset: new Set(), updates: new Map() };

/** The steps of one request that do not wait for the commit of its session. */
export class RequestSteps implements SessionSteps {
  #begun: ((after: SessionRecord | undefined) => void)[] | undefined;
  /** The outcomes whose session the request already goes on from. */
  #known: Set<RunOutcome> | undefined;
  /** The moment of the latest state of the session that the request has. */
  #knownAt: number;

  /** @param arrivedAt When the request began to open its session, as {@link ExclusiveRuns.moment} counts. */
  constructor(
    private readonly parts: StepsParts,
    private readonly draft: SessionDraft,
    private readonly arrivedAt: number,
  ) {
    this.#knownAt = arrivedAt;
  }

  async take(key: string): Promise<unknown> {
    const { draft } = this;
    const operation = `session.take('${key}')`;
    if (draft.failure) throw draft.failure;
    // A value that a migration has made can be taken once it is stored.
    if (draft.opened?.fitted?.migrated && hasOpened(draft, draft.opened)) await this.#migrate(draft.opened);
    const { opened } = draft;
    if (!opened || !this.#isStored(key, opened)) return draft.changing(operation).pull(key);
    draft.isUsed = true;
    await this.#assertFits(withoutValue(opened, key));
    let stored: unknown;
    const altered = await this.parts.outages.during('write', () =>
      this.parts.store.alter(opened, (current) => {
        stored = current.values.get(key);
        return takingOf(current, key);
      }),
    );
    if (!altered) return draft.changing(operation).pull(key);
    const { record } = altered;
    if (!record) return frozen(this.#settle(key, opened, withoutValue(opened, key), undefined));
    const known = opened.fitted?.shown.get(key) ?? opened.values.get(key);
    const value = isSame(stored, opened.values.get(key)) ? known : stored;
    const left = await fittedOr(this.parts, record, opened);
    return frozen(this.#settle(key, opened, withoutValue(left, key), value));
  }

  async exclusive<Value>(key: string, run: Run<Value>, options?: ExclusiveOptions): Promise<Awaited<Value>> {
    const { draft, arrivedAt, parts } = this;
    const { opened, id, failure } = draft;
    if (failure) throw failure;
    // The outcome would be shared with requests of another user.
    if (!isOfOpened(draft)) return onItsOwn(key, run, options);
    const limit = limitOf(options);
    const begun = (end: (after: SessionRecord | undefined) => void) => {
      this.#begun ??= [];
      this.#begun.push(end);
    };
    const request = { id: opened?.id ?? id, opened, arrivedAt };
    const outcome = await parts.runs.join(request, key, limit, () => this.#run(key, run, limit), begun);
    this.#goOnFrom(outcome);
    return thawed(outcome.value) as Awaited<Value>;
  }

  end(): void {
    for (const end of this.#begun ?? []) end(this.draft.opened);
    this.#begun = undefined;
  }

  /** Runs a function for all concurrent requests, or waits for one of another process that does. */
  async #run(key: string, run: Run<unknown>, limit: number): Promise<RunOutcome> {
    const { draft, parts } = this;
    const { opened } = draft;
    const lock = new ExclusiveLock(parts, key, limit);
    const held = opened && (await lock.claim(opened));
    if (!held) return this.#withoutLock(await timedRun(key, run, limit), opened);
    const record = await fittedRecord(parts, held.record);
    if (held.outcome) return this.#stored(key, frozenCopy(held.outcome[0]), record);
    if (record) adopt(draft, record);
    let value: unknown;
    try {
      value = await timedRun(key, run, limit, lock.left);
      if (draft.opened && hasOpened(draft, draft.opened))
        await this.#assertFits({ ...draft.opened, values: valuesAfter(draft) });
    } catch (error) {
      await lock.giveUp(held.record);
      throw error;
    }
    const outcome = this.#stored(key, value, await this.#leave(lock, held.record, value));
    this.#know(outcome);
    return outcome;
  }

  /** Continues from the session as the run of another request left it. */
  #goOnFrom(outcome: RunOutcome): void {
    const { opened } = this.draft;
    const { storedAt = this.#knownAt } = outcome;
    if (!opened || this.#known?.has(outcome) || storedAt < this.#knownAt) return;
    this.#know(outcome);
    const record = outcome.sessionFor(opened);
    if (record) adopt(this.draft, record);
  }

  #know(outcome: RunOutcome): void {
    this.#known ??= new Set();
    this.#known.add(outcome);
    this.#knownAt = Math.max(this.#knownAt, outcome.storedAt ?? 0);
  }

  /** Stores what the request has changed so far, before others may go on. @returns The session that is stored then. */
  async #leave(lock: ExclusiveLock, held: SessionRecord, value: unknown): Promise<SessionRecord | undefined> {
    const { draft } = this;
    const { opened } = draft;
    if (!opened || !hasOpened(draft, opened)) {
      await lock.leave(held, value, NO_CHANGES);
      return undefined;
    }
    const { values } = draft.own;
    const changes = values.detach();
    let stored: SessionRecord | undefined;
    try {
      stored = await lock.leave(opened, value, changes);
    } finally {
      if (!stored) values.attach(changes);
    }
    if (!stored) return undefined;
    const fitted = shownAfter({ opened, cleared: false, own: changes });
    const record = await fittedOr(this.parts, stored, { fitted });
    adopt(draft, record);
    return record;
  }

  /** Returns the outcome of a run after which the session was stored. */
  #stored(key: string, value: unknown, record: SessionRecord | undefined): RunOutcome {
    const by = record?.locks?.get(key)?.by;
    return {
      value,
      storedAt: this.parts.runs.moment(),
      sessionFor: ({ locks }) => {
        const lock = locks?.get(key);
        const isLater = lock?.outcome !== undefined && lock.by === by;
        return isLater ? undefined : record;
      },
    };
  }

  /** Returns the outcome of a run whose changes are stored by the commit: others add them to what they know. */
  #withoutLock(value: unknown, before: SessionRecord | undefined): RunOutcome {
    const { draft } = this;
    if (!before || !hasOpened(draft, before)) return { value, sessionFor: () => undefined };
    const { set, unset, updates } = draft.own;
    const changes = { set: new Map(set), unset: new Set(unset), updates: new Map(updates) };
    const outcome: RunOutcome = {
      value,
      sessionFor: (opened) => {
        // What is not a value stays as it is: the commit of the other request stores it.
        const { values } = applyChanges(opened, { ...noChanges(opened), ...changes, opened: before });
        const shown = shownAfter({ opened, cleared: false, own: changes });
        return { ...opened, values, ...(shown && { fitted: { ...opened.fitted, ...shown } }) };
      },
    };
    this.#know(outcome);
    return outcome;
  }

  /** Stores the migrated values, unless another request has changed the session meanwhile: then those are migrated. */
  async #migrate(opened: SessionRecord): Promise<void> {
    const isAsOpened = ({ values }: SessionRecord) => isSame([...values], [...opened.values]);
    const altered = await this.parts.outages.during('write', () =>
      this.parts.store.alter(opened, (current) =>
        isAsOpened(current) ? withMigration({ ...noChanges(current), opened }) : undefined,
      ),
    );
    const record = altered?.record && (await fittedRecord(this.parts, altered.record));
    if (record) adopt(this.draft, record);
  }

  /** Checks whether other requests can get the value as well: it is stored, and this request has not replaced it. */
  #isStored(key: string, { values: stored }: SessionRecord): boolean {
    const { own, contents, cleared } = this.draft;
    const isReplaced = (own.set.has(key) && !own.updates.has(key)) || own.unset.has(key);
    return contents === own && !cleared && stored.has(key) && !isReplaced;
  }

  /** Lets the request continue without the value. @returns The value, with what this request has added to it. */
  #settle(key: string, opened: SessionRecord, record: SessionRecord, value: unknown): unknown {
    const { draft } = this;
    const update = draft.own.updates.get(key);
    const own = update ? update(value) : value;
    if (draft.opened !== opened) return own;
    draft.own.values.drop(key);
    draft.rebase(asOpened(opened, record));
    draft.own.isEmptied = isEmptyRecord(record);
    return own;
  }

  async #assertFits({ values, isForeign }: SessionRecord): Promise<void> {
    const { schema, outages } = this.parts;
    if (schema.isOn && !isForeign) await outages.duringSchema(schema.assertFits(values));
  }
}
