import type { FlashMessage, Requirement } from 'astro-gatehouse/server';

/** What `<Can>` may ask of a visitor: what a rule may. */
export interface CanProps extends Requirement {}

/**
 * Shows what stands in it to visitors who meet a requirement, and what stands in its slot `otherwise` to all others.
 * What is not shown is not made either. Without a requirement it asks for any signed-in visitor.
 */
export function Can(props: CanProps): unknown;

/** Shows what stands in it to whoever is signed in. */
export function SignedIn(props: object): unknown;

/** Shows what stands in it to guests. */
export function SignedOut(props: object): unknown;

/** What `<Flash />` may be told. */
export interface FlashProps {
  /** Whose messages it shows, in this order. Default: `error`, `warning`, `success`, `info` and `notice`. */
  keys?: readonly string[] | undefined;
  /** Beside `flash` and `flash-<key>`, which each message has. */
  class?: string | undefined;
  /** Markup of your own for each message. */
  children?: (message: FlashMessage) => unknown;
  [attribute: `data-${string}`]: unknown;
}

/** The messages that wait for this visitor, each in an element that screen readers announce; nothing when none waits. */
export function Flash(props: FlashProps): unknown;

/** What `<CsrfField />` may be told. */
export interface CsrfFieldProps {
  /** The id of the form that it belongs to, where it does not stand in it. */
  form?: string | undefined;
}

/** A hidden field with the token of this visitor's session. Put it first into a form. */
export function CsrfField(props: CsrfFieldProps): unknown;
