/** What `<CsrfField />` may be told. */
export interface CsrfFieldProps {
  /** The id of the form that it belongs to, where it does not stand in it. */
  form?: string | undefined;
}

/** A hidden field with the token of this visitor's session. Put it first into a form. */
export function CsrfField(props: CsrfFieldProps): unknown;
