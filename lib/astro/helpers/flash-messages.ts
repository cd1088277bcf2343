import { HelperCall, type WithLocals } from './helper-call.js';

/** A message for the visitor to read. */
export interface FlashMessage {
  /** What it was left under. */
  readonly key: string;
  readonly text: string;
}

/** Keys under which messages for visitors are left, in the order in which they are shown. */
const KEYS = ['error', 'warning', 'success', 'info', 'notice'] as const;
const CALL = new HelperCall<[keys?: readonly string[]]>('flashMessages(keys?, context?)');

/**
 * Delivers the texts that wait under these keys, and every text of lists that do. Anything else stays where it is: it
 * was left for a page, and not for a visitor to read. A prerendered page has none.
 *
 * @param keys Default: `error`, `warning`, `success`, `info` and `notice`.
 * @param context Default: that of the request under way. It may stand first, too.
 * @example const lines = flashMessages(['error'], Astro).map(({ key, text }) => `${key}: ${text}`);
 */
export function flashMessages(keys?: readonly string[], context?: WithLocals): FlashMessage[];
export function flashMessages(context: WithLocals | undefined, keys?: readonly string[]): FlashMessage[];
export function flashMessages(...given: unknown[]): FlashMessage[] {
  const {
    request,
    others: [keys = KEYS],
  } = CALL.find(given);
  const session = request?.session;
  return [...new Set(keys)].flatMap((key) => {
    const texts = session?.flashes.getAll<string | string[]>(key, isTextOrTexts) ?? [];
    return texts.flat().map((text) => ({ key, text }));
  });
}

function isTextOrTexts(value: unknown): boolean {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
  return texts.length > 0 && texts.every((text) => typeof text === 'string');
}
