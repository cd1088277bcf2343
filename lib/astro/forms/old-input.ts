import { FormConfig } from '../../access/forms/form-config.js';
import { errorsByField, type FieldErrors, type KeptForm, keepForm, takeForm } from '../../access/forms/kept-form.js';
import { Clock } from '../../session/clock.js';
import { findRequest, requestFor, type WithLocals } from '../helpers.js';
import { resultErrors } from './result-errors.js';

/** Selects a form, if there are several. */
export interface FormReading {
  /**
   * The name of the form's action, or the name passed to `flashErrors`. Default: the form that was posted to this page.
   */
  form?: string | undefined;
  /** Default: the context of the current request. */
  context?: WithLocals | undefined;
}

/**
 * Keeps the errors of a form, and its input, for the next page that reads them with {@link fieldErrors} and {@link
 * oldInput}. Passwords, tokens, card numbers and files are left out.
 *
 * @param errors Messages by field, or the issues of a schema.
 * @param input The submitted form.
 * @param form Identifies the form among others; the page then reads it by this name.
 * @throws {OutsideRequestError} Outside a request.
 * @throws {SessionCommittedError} When the headers were sent.
 * @example
 * flashErrors(context, { email: 'There is nobody of this address' }, form);
 * return context.redirect('/sign-up', 303);
 */
export function flashErrors(context: WithLocals, errors: FieldErrors, input?: FormData, form = ''): void {
  const request = requestFor('flashErrors', context);
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
export function oldInput(field: string, reading?: FormReading): string | undefined {
  return oldInputs(field, reading)[0];
}

/** Returns all inputs of the fields with one name: ticked checkboxes, selected options. */
export function oldInputs(field: string, reading?: FormReading): string[] {
  return keptForm(reading)?.input.flatMap(([name, value]) => (name === field ? [value] : [])) ?? [];
}

/**
 * Returns the error messages of a field in the form that was submitted before this page, and of the fields nested in it
 * (`address.city`).
 */
export function fieldErrors(field: string, reading?: FormReading): string[] {
  const form = keptForm(reading);
  const errors = form?.errors ?? resultErrors(form?.result);
  const isMeant = (name: string) => name === field || name.startsWith(`${field}.`);
  return Object.entries(errors).flatMap(([name, texts]) => (isMeant(name) ? texts : []));
}

function keptForm({ form, context }: FormReading = {}): KeptForm | undefined {
  const request = findRequest(context);
  if (!request) return undefined;
  const { keptForm: sent, draft } = request;
  draft.isUsed = true;
  if (sent && (form === undefined || sent.name === form)) return sent;
  return takeForm(draft.flashes, placeOf(form ?? ''));
}

/** Returns the key of a named form. The prefix distinguishes it from paths. */
function placeOf(form: string): string {
  return `#${form}`;
}
