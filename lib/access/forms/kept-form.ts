import { frozen } from '../../base/frozen-value.js';
import { Seals } from '../../session/cookies/seals.js';
import type { Secrets } from '../../session/cookies/secrets.js';
import type { FlashDraft } from '../../session/flashes/flash-draft.js';
import type { SentField } from './form-config.js';

/** Prefix of the keys under which forms are kept. */
const FORM_KEYS = 'astro-gatehouse:form:';
/**
 * Milliseconds for which a form is kept: long enough to sign in again, and short enough that the next user of a shared
 * device does not find it.
 */
const FORM_LIFETIME = 15 * 60 * 1000;

/** The submitted form as it is kept for the page that shows it again. */
export interface KeptForm {
  /** Identifies the form on its page: the name of its action, or the name passed to `flashErrors`. */
  readonly name?: string | undefined;
  readonly input: readonly SentField[];
  /** Error messages by field. */
  readonly errors?: Readonly<Record<string, readonly string[]>> | undefined;
  /** The result of its action, as serialized by Astro. */
  readonly result?: unknown;
  /** The sealed result, for stores that do not seal their records. */
  readonly sealed?: string | undefined;
  /** The user who sent it, or whom its action has signed in. */
  readonly userId?: string | undefined;
  /** Set when its action signed that user out: then it is shown to guests. */
  readonly isFarewell?: boolean | undefined;
}

/**
 * Keeps a form for a later page, in addition to the messages. It is removed first when the session is full, and after
 * 15 minutes.
 *
 * @param place The path of the page that shows it; or the form's name, for any page that reads it.
 * @param now Milliseconds since the epoch.
 * @throws {SessionCommittedError} When the headers were sent.
 */
export function keepForm(flashes: FlashDraft, place: string, form: KeptForm, now: number): void {
  flashes.replace(FORM_KEYS + place, form, { until: now + FORM_LIFETIME, yields: true });
}

/** Checks whether a form is kept for a page. */
export function keepsForm(flashes: FlashDraft, place: string): boolean {
  return flashes.has(FORM_KEYS + place);
}

/** Returns a kept form and removes it. Returns `undefined` if there is none, or if it has expired. */
export function takeForm(flashes: FlashDraft, place: string): KeptForm | undefined {
  return frozen(flashes.deliver(FORM_KEYS + place).at(-1)?.value) as KeptForm | undefined;
}

/**
 * Checks whether the result of a form may be shown to the current visitor. A user who signs in after another has signed
 * out, for example on a shared device, must not see it. Nor may a user see the result of another user's form.
 *
 * @param userId `undefined` for a guest.
 */
export function isMeantFor(form: KeptForm, userId: string | undefined): boolean {
  if (userId === undefined || form.userId === undefined) return true;
  return !form.isFarewell && form.userId === userId;
}

/** Removes a form that {@link keepForm} has kept in this request. */
export function dropForm(flashes: FlashDraft, place: string): void {
  flashes.discard(FORM_KEYS + place);
}

/** Returns error messages by field. Fields without messages are left out. */
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
 * The errors of a form: messages by field, or the issues of a schema (zod, valibot, arktype, …).
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

/** Maximum number of characters per {@link FORM_LIFETIME}: several thousand forms of ordinary size. */
const MOST = 8 * 1024 * 1024;

/**
 * Limits the forms that are kept for guests. Anybody can post forms, as often as they like and each with a new session;
 * without a limit they could fill the store.
 */
export class FormBudget {
  #since = Number.NEGATIVE_INFINITY;
  #spent = 0;

  /**
   * @param size Characters.
   * @param now Milliseconds since the epoch.
   * @returns True when a form of this size may be kept.
   */
  spend(size: number, now: number): boolean {
    if (now - this.#since >= FORM_LIFETIME) {
      this.#since = now;
      this.#spent = 0;
    }
    if (this.#spent + size > MOST) return false;
    this.#spent += size;
    return true;
  }
}

const PURPOSE = 'form-result';

/**
 * Seals the result of an action before it is kept in a store that its operators can read. The result may contain a
 * secret, for example an API key that is shown once.
 */
export async function sealResult(form: KeptForm, secrets: Secrets): Promise<KeptForm> {
  const { result, ...open } = form;
  if (result === undefined) return form;
  return { ...open, sealed: await new Seals(secrets, PURPOSE).seal({ result }) };
}

/**
 * Opens a result that {@link sealResult} has sealed. Without the secret that it was sealed with, the result is lost.
 */
export async function openResult({ sealed, ...form }: KeptForm, secrets: Secrets): Promise<KeptForm> {
  const opened = sealed === undefined ? undefined : await new Seals(secrets, PURPOSE).open(sealed);
  return opened ? { ...form, result: opened.result } : form;
}
