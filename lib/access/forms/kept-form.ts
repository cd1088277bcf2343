import type { FlashDraft } from '../../session/flash-draft.js';
import { frozen } from '../../session/frozen-value.js';
import type { SentField } from './form-config.js';

/** The beginning of the keys under which forms are kept. */
const FORM_KEYS = 'astro-gatehouse:form:';
/** Milliseconds for which a form is kept: long enough to sign in again, too short to be remembered by somebody else. */
export const FORM_LIFETIME = 15 * 60 * 1000;

/** What is kept of a form that was sent, for the page that shows it again. */
export interface KeptForm {
  /** Tells it from other forms of the page: the name of its action, or what `flashErrors` was told. */
  readonly name?: string | undefined;
  readonly input: readonly SentField[];
  /** What is wrong, by field. */
  readonly errors?: Readonly<Record<string, readonly string[]>> | undefined;
  /** What its action gave, as Astro writes it. */
  readonly result?: unknown;
  /** The result, sealed for a store that keeps things as they are. */
  readonly sealed?: string | undefined;
  /** The user who sent it, or whom its action made of them. */
  readonly userId?: string | undefined;
  /** Whether its action signed that user out: then it is for a guest. */
  readonly isFarewell?: boolean | undefined;
}

/**
 * Keeps a form for a later page, beside the messages: it goes before anything else does, and after a quarter of an hour.
 *
 * @param place The path of the page that it is for; or the form's name, for any page that asks.
 * @param now Milliseconds since the epoch.
 * @throws {SessionCommittedError} When the head is sent.
 */
export function keepForm(flashes: FlashDraft, place: string, form: KeptForm, now: number): void {
  flashes.replace(FORM_KEYS + place, form, { until: now + FORM_LIFETIME, yields: true });
}

/** Whether a form waits for a page. */
export function keepsForm(flashes: FlashDraft, place: string): boolean {
  return flashes.has(FORM_KEYS + place);
}

/** Takes a form that was kept, for the answer that is being made. `undefined` for none, and for one that is too old. */
export function takeForm(flashes: FlashDraft, place: string): KeptForm | undefined {
  return frozen(flashes.deliver(FORM_KEYS + place).at(-1)?.value) as KeptForm | undefined;
}

/**
 * Whether what came of a form may be shown to whoever asks for its page by now. Who signs in after a sign-out, on a
 * machine that is shared for instance, is not told of that; nor is anybody told what another user's form did.
 *
 * @param userId `undefined` for a guest.
 */
export function isMeantFor(form: KeptForm, userId: string | undefined): boolean {
  if (userId === undefined || form.userId === undefined) return true;
  return !form.isFarewell && form.userId === userId;
}

/** Takes back what {@link keepForm} kept in this request. */
export function dropForm(flashes: FlashDraft, place: string): void {
  flashes.deliver(FORM_KEYS + place);
}

/** What is wrong with each field. Fields of which nothing is said are left out. */
export function errorsByField(errors: FieldErrors): Record<string, readonly string[]> {
  if (!isIssueList(errors)) {
    const given = Object.entries(errors).map(
      ([field, texts]) => [field, texts === undefined ? [] : [texts].flat()] as const,
    );
    return Object.fromEntries(given.filter(([, texts]) => texts.length > 0));
  }
  const byField = new Map<string, string[]>();
  for (const { path = [], message } of errors) {
    const field = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
    byField.set(field, [...(byField.get(field) ?? []), message]);
  }
  return Object.fromEntries(byField);
}

/**
 * What is wrong with a form: texts by field, or the issues of a schema (zod, valibot, arktype, …).
 *
 * @see https://standardschema.dev
 */
export type FieldErrors = Readonly<Record<string, string | readonly string[] | undefined>> | readonly FieldIssue[];

/** One issue of a schema. */
export interface FieldIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

function isIssueList(errors: FieldErrors): errors is readonly FieldIssue[] {
  return Array.isArray(errors);
}
