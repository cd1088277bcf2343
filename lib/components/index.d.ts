import type { AbilityProps, FlashMessage, Requirement } from 'astro-gatehouse/server';

/** The requirement of `<Can>`, as in a rule; or an ability of a policy and its record; or both. */
export type CanProps = Requirement & (AbilityProps | { ability?: undefined; record?: undefined });

/**
 * Renders its content for visitors who meet a requirement, and its slot `otherwise` for all others. The content that is
 * not shown is not rendered either. Without a requirement, the visitor must be signed in.
 */
export function Can(props: CanProps): unknown;

/** Renders its content for signed-in visitors. */
export function SignedIn(props: object): unknown;

/** Renders its content for guests. */
export function SignedOut(props: object): unknown;

/** The properties of `<Flash />`. */
export interface FlashProps {
  /** Keys of the messages to show, in this order. Default: `error`, `warning`, `success`, `info` and `notice`. */
  keys?: readonly string[] | undefined;
  /** Added to `flash` and `flash-<key>`, the classes of each message. */
  class?: string | undefined;
  /** Renders your own markup for each message. */
  children?: (message: FlashMessage) => unknown;
  [attribute: `data-${string}`]: unknown;
}

/**
 * Renders the waiting messages of this visitor, each in an element that screen readers announce; nothing when there are
 * none.
 */
export function Flash(props: FlashProps): unknown;

/** The properties of `<CsrfField />`. */
export interface CsrfFieldProps {
  /** The id of the form that it belongs to, if it is outside that form. */
  form?: string | undefined;
}

/** Renders a hidden field with the token of this visitor's session. Put it first in a form. */
export function CsrfField(props: CsrfFieldProps): unknown;
