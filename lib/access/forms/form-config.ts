import { isSecretName } from '../../session/secret-names.js';

/** What is done with forms that are sent to pages. */
export interface FormOptions {
  /**
   * Names of fields that are never kept, beside those that sound like passwords, tokens, or numbers of cards and
   * accounts, and files.
   */
  leaveOut?: readonly string[] | undefined;
}

/** A field of a form that was sent, and what was in it. */
export type SentField = readonly [name: string, value: string];

/** {@link FormOptions} settled. */
export class FormConfig {
  /** Whether results and input of forms travel to the page that comes after them. */
  readonly isOn: boolean;
  readonly #leftOut: ReadonlySet<string>;

  constructor(given: boolean | FormOptions = false) {
    this.isOn = given !== false;
    this.#leftOut = new Set(typeof given === 'object' ? given.leaveOut : []);
  }

  /** The fields that may be kept: neither files nor secrets. */
  fieldsOf(form: FormData): SentField[] {
    return [...form].flatMap(([name, value]) =>
      typeof value === 'string' && this.#mayKeep(name) ? [[name, value]] : [],
    );
  }

  #mayKeep(name: string): boolean {
    return !this.#leftOut.has(name) && !isSecretName(name);
  }
}
