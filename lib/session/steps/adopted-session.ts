import type { SessionDraft } from '../draft/session-draft.js';
import type { Outages } from '../manager/outages.js';
import { isEmptyRecord, type SessionRecord } from '../record/session-record.js';
import type { SessionSchema } from '../session-schema.js';

export interface SchemaParts {
  readonly schema: SessionSchema;
  readonly outages: Outages;
}

/** Applies the schema to a stored session. @returns `undefined` when it does not match. */
export async function fittedRecord(
  { schema, outages }: SchemaParts,
  record: SessionRecord,
): Promise<SessionRecord | undefined> {
  if (!schema.isOn || record.isForeign) return record;
  const fitted = await outages.duringSchema(schema.fit(record.values));
  return fitted && { ...record, fitted };
}

/**
 * Applies the schema to a session that has just been stored. If it fails now, or no longer matches, the request continues
 * with the values that it had, because what was stored must not be stored again.
 */
export async function fittedOr(
  parts: SchemaParts,
  record: SessionRecord,
  before: Pick<SessionRecord, 'fitted'>,
): Promise<SessionRecord> {
  const fitted = await fittedRecord(parts, record).catch(() => undefined);
  return fitted ?? { ...record, fitted: before.fitted };
}

/** Checks whether a request still has the session that it opened, and sees that one's own values. */
export function hasOpened(draft: SessionDraft, opened: SessionRecord): boolean {
  const isTheSame = draft.id === opened.id && !draft.cleared && !draft.hasSignedIn && !draft.isClosed;
  return isTheSame && draft.contents === draft.own;
}

/** Checks whether a request is still one of the user for whom it opened its session: others share no outcome with it. */
export function isOfOpened(draft: SessionDraft): boolean {
  const { opened, own } = draft;
  if (draft.isAside || draft.hasSignedIn || draft.wasEnded || draft.impersonating.change !== undefined) return false;
  const isNamed = own.set.has('userId') || own.unset.has('userId');
  return !isNamed || own.set.get('userId') === opened?.values.get('userId');
}

/** Lets a request continue from a newer state of its session. Its own changes stay. */
export function adopt(draft: SessionDraft, record: SessionRecord): void {
  const { opened } = draft;
  if (!opened || opened === record || !hasOpened(draft, opened)) return;
  draft.rebase(asOpened(opened, record));
  draft.own.isEmptied ||= isEmptyRecord(record);
}

/**
 * Returns a newer state of a session under the id with which a request opened it. After a change of the id by another
 * request, this one goes on with the id that its cookie leads to: otherwise its commit would change the id back.
 */
export function asOpened({ id, hasMoved }: SessionRecord, record: SessionRecord): SessionRecord {
  const version = record.id === id ? record.version : undefined;
  return { ...record, id, version, hasMoved };
}
