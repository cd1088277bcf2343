import { frozen } from '../../base/frozen-value.js';
import type { SessionDraft } from '../draft/session-draft.js';
import type { Outages } from '../manager/outages.js';
import { isSame } from '../record/fitted-values.js';
import { isEmptyRecord, type SessionRecord } from '../record/session-record.js';
import { withoutValue } from '../record/taken-value.js';
import type { SessionSchema } from '../session-schema.js';
import type { SessionStore } from '../stores/session-store.js';
import type { ExclusiveRuns } from './exclusive-runs.js';
import type { ExclusiveOptions, SessionSteps } from './session-steps.js';

/** The collaborators of the steps of all requests. */
export interface StepsParts {
  readonly store: SessionStore;
  readonly schema: SessionSchema;
  readonly outages: Outages;
  readonly runs: ExclusiveRuns;
}

/** The steps of one request that do not wait for the commit of its session. */
export class RequestSteps implements SessionSteps {
  #begun: ((after: SessionRecord | undefined) => void)[] | undefined;

  /** @param arrivedAt When the request began to open its session, as {@link ExclusiveRuns.moment} counts. */
  constructor(
    private readonly parts: StepsParts,
    private readonly draft: SessionDraft,
    private readonly arrivedAt: number,
  ) {}

  async take(key: string): Promise<unknown> {
    const { draft } = this;
    const { opened, failure } = draft;
    const operation = `session.take('${key}')`;
    if (failure) throw failure;
    if (!opened || !this.#isStored(key, opened)) return draft.changing(operation).pull(key);
    draft.isUsed = true;
    const known = opened.fitted?.shown.get(key) ?? opened.values.get(key);
    await this.#assertFits(withoutValue(opened, key));
    const taken = await this.parts.outages.during('write', () => this.parts.store.take(opened, key));
    if (!taken) return draft.changing(operation).pull(key);
    const value = isSame(taken.value, opened.values.get(key)) ? known : taken.value;
    return frozen(this.#settle(key, opened, taken.record, value));
  }

  exclusive<Value>(
    key: string,
    run: (signal: AbortSignal) => Value,
    options?: ExclusiveOptions,
  ): Promise<Awaited<Value>> {
    const { draft, arrivedAt, parts } = this;
    const { opened, id } = draft;
    const begun = (end: (after: SessionRecord | undefined) => void) => {
      this.#begun ??= [];
      this.#begun.push(end);
    };
    return parts.runs.join({ id: opened?.id ?? id, opened, arrivedAt }, key, run, begun, options);
  }

  end(): void {
    for (const end of this.#begun ?? []) end(this.draft.opened);
    this.#begun = undefined;
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
    draft.rebase(record);
    draft.own.values.unset(key);
    draft.own.isEmptied = isEmptyRecord(record);
    return own;
  }

  async #assertFits({ values, isForeign }: SessionRecord): Promise<void> {
    const { schema, outages } = this.parts;
    if (schema.isOn && !isForeign) await outages.duringSchema(schema.assertFits(values));
  }
}
