import { FormConfig } from '../../access/forms/form-config.js';
import { errorsByField, type FieldErrors, type KeptForm, keepForm, takeForm } from '../../access/forms/kept-form.js';
import { Clock } from '../../session/clock.js';
import { findRequest, requestFor, type WithLocals } from '../helpers.js';
import { resultErrors } from './result-errors.js';

/** Which form is meant, where it is not the only one. */
export interface FormReading {
  /** The name of the form's action, or what `flashErrors` was told. Default: whichever form was sent to this page. */
  form?: string | undefined;
  /** Default: that of the request under way. */
  context?: WithLocals | undefined;
}

/**
 * Leaves what is wrong with a form, and what was typed into it, for the next page that asks for it: {@link fieldErrors}
 * and {@link oldInput}. Passwords, tokens, numbers of cards and files are left out.
 *
 * @param errors Texts by field, or the issues of a schema.
 * @param input What was sent.
 * @param form Tells the form from others; the page then asks for it by this name.
 * @throws {OutsideRequestError} Where there is no request.
 * @throws {SessionCommittedError} When the response head is sent.
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
 * What was typed into a field of the form that was sent before this page, when it was refused; for `value`.
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

/** What was chosen in fields of one name: boxes that were ticked, options of a list. */
export function oldInputs(field: string, reading?: FormReading): string[] {
  return keptForm(reading)?.input.flatMap(([name, value]) => (name === field ? [value] : [])) ?? [];
}

/** What is wrong with a field of the form that was sent before this page, and with the fields in it (`address.city`). */
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

/** Not to be taken for a path. */
function placeOf(form: string): string {
  return `#${form}`;
}
