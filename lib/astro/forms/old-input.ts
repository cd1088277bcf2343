import { FormConfig } from '../../access/forms/form-config.js';
import {
  errorsByField,
  type FieldErrors,
  type FieldIssue,
  type KeptForm,
  keepForm,
  takeForm,
} from '../../access/forms/kept-form.js';
import { Clock } from '../../base/clock.js';
import type { ScopedRequest } from '../../container/scope/request-scope.js';
import { findRequest, HelperCall, type WithLocals } from '../helpers/helper-call.js';

/** Selects a form, if there are several. */
export interface FormReading {
  /**
   * The name of the form's action, or the name passed to `flashErrors`. Default: the form that was posted to this page.
   */
  form?: string | undefined;
  /** The same as the last argument. Default: the context of the current request. */
  context?: WithLocals | undefined;
}

type Read = [field: string, reading?: FormReading];

const FLASH_ERRORS = new HelperCall<[errors: FieldErrors, input?: FormData, form?: string]>(
  'flashErrors(errors, input?, form?, context?)',
);
const OLD_INPUT = new HelperCall<Read>('oldInput(field, reading?, context?)');
const OLD_INPUTS = new HelperCall<Read>('oldInputs(field, reading?, context?)');
const FIELD_ERRORS = new HelperCall<Read>('fieldErrors(field, reading?, context?)');

/**
 * Keeps the errors of a form, and its input, for the next page that reads them with {@link fieldErrors} and {@link
 * oldInput}. Passwords, tokens, card numbers and files are left out.
 *
 * @param errors Messages by field, or the issues of a schema.
 * @param input The submitted form.
 * @param form Identifies the form among others; the page then reads it by this name.
 * @param context Default: the context of the current request. It may also be the first argument.
 * @throws {OutsideRequestError} Outside a request.
 * @throws {SessionCommittedError} When the headers were sent.
 * @example
 * flashErrors({ email: 'There is nobody of this address' }, form);
 * return context.redirect('/sign-up', 303);
 */
export function flashErrors(errors: FieldErrors, input?: FormData, form?: string, context?: WithLocals): void;
export function flashErrors(errors: FieldErrors, context: WithLocals): void;
export function flashErrors(errors: FieldErrors, input: FormData | undefined, context: WithLocals): void;
export function flashErrors(context: WithLocals, errors: FieldErrors, input?: FormData, form?: string): void;
export function flashErrors(...given: unknown[]): void {
  const {
    request,
    others: [errors, input, form = ''],
  } = FLASH_ERRORS.within(given);
  const { flashes } = request.draft;
  const fields = input ? request.services.get(FormConfig).fieldsOf(input) : [];
  keepForm(
    flashes,
    placeOf(form),
    { name: form, input: fields, errors: errorsByField(errors) },
    request.services.get(Clock).now(),
  );
}

/**
 * Returns the input of a field in the form that was submitted before this page, when it was refused; for `value`.
 *
 * @param field Its name.
 * @example
 * ```astro
 * <input name="email" value={oldInput('email')} />
 * ```
 */
export function oldInput(field: string, reading?: FormReading, context?: WithLocals): string | undefined;
export function oldInput(field: string, context: WithLocals): string | undefined;
export function oldInput(...given: unknown[]): string | undefined {
  return valuesOf(OLD_INPUT, given)[0];
}

/** Returns all inputs of the fields with one name: ticked checkboxes, selected options. */
export function oldInputs(field: string, reading?: FormReading, context?: WithLocals): string[];
export function oldInputs(field: string, context: WithLocals): string[];
export function oldInputs(...given: unknown[]): string[] {
  return valuesOf(OLD_INPUTS, given);
}

/**
 * Returns the error messages of a field in the form that was submitted before this page, and of the fields nested in it
 * (`address.city`).
 */
export function fieldErrors(field: string, reading?: FormReading, context?: WithLocals): string[];
export function fieldErrors(field: string, context: WithLocals): string[];
export function fieldErrors(...given: unknown[]): string[] {
  const { field, form } = read(FIELD_ERRORS, given);
  const errors = form?.errors ?? resultErrors(form?.result);
  const isMeant = (name: string) => name === field || name.startsWith(`${field}.`);
  return Object.entries(errors).flatMap(([name, texts]) => (isMeant(name) ? texts : []));
}

function valuesOf(call: HelperCall<Read>, given: readonly unknown[]): string[] {
  const { field, form } = read(call, given);
  return form?.input.flatMap(([name, value]) => (name === field ? [value] : [])) ?? [];
}

/** @returns The field that is asked for, and the form that it was in. */
function read(call: HelperCall<Read>, given: readonly unknown[]): { field: string; form: KeptForm | undefined } {
  const {
    context,
    others: [field, reading = {}],
  } = call.read(given);
  const request = findRequest(context ?? reading.context);
  return { field, form: request && keptForm(request, reading.form) };
}

function keptForm({ keptForm: sent, draft }: ScopedRequest, form: string | undefined): KeptForm | undefined {
  draft.isUsed = true;
  if (sent && (form === undefined || sent.name === form)) return sent;
  return takeForm(draft.flashes, placeOf(form ?? ''));
}

/** Returns the key of a named form. The prefix distinguishes it from paths. */
function placeOf(form: string): string {
  return `#${form}`;
}

/**
 * Returns the errors that an action found in its input, by field.
 *
 * @param result The result of the action, as serialized by Astro.
 */
function resultErrors(result: unknown): Readonly<Record<string, readonly string[]>> {
  const { type, body } = (result ?? {}) as { type?: unknown; body?: unknown };
  if (type !== 'error' || typeof body !== 'string') return {};
  const { issues } = JSON.parse(body) as { issues?: readonly FieldIssue[] };
  return Array.isArray(issues) ? errorsByField(issues) : {};
}
