import { isSecretName } from '../../base/secret-names.js';

/** Options for forms that are posted to pages. */
export interface FormOptions {
  /**
   * Names of further fields that are never kept. Files, and fields whose names suggest passwords, tokens, card numbers
   * or account numbers, are never kept anyway.
   */
  leaveOut?: readonly string[] | undefined;
}

/** A field of a submitted form, with its value. */
export type SentField = readonly [name: string, value: string];

/** The resolved {@link FormOptions}. */
export class FormConfig {
  /** True when the results and the input of forms are kept for the next page. */
  readonly isOn: boolean;
  readonly #leftOut: ReadonlySet<string>;

  constructor(given: boolean | FormOptions = false) {
    this.isOn = given !== false;
    this.#leftOut = new Set(typeof given === 'object' ? given.leaveOut : []);
  }

  /** Returns the fields that may be kept: neither files nor secrets. */
  fieldsOf(form: FormData): SentField[] {
    return [...form].flatMap(([name, value]) =>
      typeof value === 'string' && this.#mayKeep(name) ? [[name, value]] : [],
    );
  }

  #mayKeep(name: string): boolean {
    return !this.#leftOut.has(name) && !isSecretName(name);
  }
}
