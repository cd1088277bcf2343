import { FormConfig } from '../../access/forms/form-config.js';
import { errorsByField, type FieldErrors, type KeptForm, keepForm, takeForm } from '../../access/forms/kept-form.js';
import type { ScopedRequest } from '../../container/request-scope.js';
import { Clock } from '../../session/clock.js';
import { findRequest, HelperCall, type WithLocals } from '../helper-call.js';
import { resultErrors } from './result-errors.js';

/** Which form is meant, where it is not the only one. */
export interface FormReading {
  /** The name of the form's action, or what `flashErrors` was told. Default: whichever form was sent to this page. */
  form?: string | undefined;
  /** The same as the last argument. Default: that of the request under way. */
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
 * Leaves what is wrong with a form, and what was typed into it, for the next page that asks for it: {@link fieldErrors}
 * and {@link oldInput}. Passwords, tokens, numbers of cards and files are left out.
 *
 * @param errors Texts by field, or the issues of a schema.
 * @param input What was sent.
 * @param form Tells the form from others; the page then asks for it by this name.
 * @param context Default: that of the request under way. It may stand first, too.
 * @throws {OutsideRequestError} Where there is no request.
 * @throws {SessionCommittedError} When the response head is sent.
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
 * What was typed into a field of the form that was sent before this page, when it was refused; for `value`.
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

/** What was chosen in fields of one name: boxes that were ticked, options of a list. */
export function oldInputs(field: string, reading?: FormReading, context?: WithLocals): string[];
export function oldInputs(field: string, context: WithLocals): string[];
export function oldInputs(...given: unknown[]): string[] {
  return valuesOf(OLD_INPUTS, given);
}

/** What is wrong with a field of the form that was sent before this page, and with the fields in it (`address.city`). */
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

/** Not to be taken for a path. */
function placeOf(form: string): string {
  return `#${form}`;
}
