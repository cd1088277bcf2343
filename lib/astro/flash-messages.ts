import { findScope, type WithLocals } from './helpers.js';

/** A message for the visitor to read. */
export interface FlashMessage {
  /** What it was left under. */
  readonly key: string;
  readonly text: string;
}

/** Keys under which messages for visitors are left, in the order in which they are shown. */
const KEYS = ['error', 'warning', 'success', 'info', 'notice'] as const;

/**
 * Delivers the texts that wait under these keys, and every text of lists that do. Anything else stays where it is: it
 * was left for a page, and not for a visitor to read. A prerendered page has none.
 *
 * @param keys Default: `error`, `warning`, `success`, `info` and `notice`.
 * @example const lines = flashMessages(Astro).map(({ key, text }) => `${key}: ${text}`);
 */
export function flashMessages(context?: WithLocals, keys: readonly string[] = KEYS): FlashMessage[] {
  const session = findScope(context)?.session;
  session?.markUsed();
  return [...new Set(keys)].flatMap((key) => {
    if (textsOf(session?.flashes.peek<unknown>(key)).length === 0) return [];
    return textsOf(session?.flashes.get<unknown>(key)).map((text) => ({ key, text }));
  });
}

function textsOf(value: unknown): readonly string[] {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
  const isText = (text: unknown): text is string => typeof text === 'string';
  return texts.every(isText) ? texts : [];
}
