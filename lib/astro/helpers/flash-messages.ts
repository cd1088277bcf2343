import { HelperCall, type WithLocals } from './helper-call.js';

/** A message that the visitor should read. */
export interface FlashMessage {
  /** The key that it was set under: `error`, `success`. */
  readonly key: string;
  readonly text: string;
}

/** The keys of messages for visitors, in the order in which they are shown. */
const KEYS = ['error', 'warning', 'success', 'info', 'notice'] as const;
const CALL = new HelperCall<[keys?: readonly string[]]>('flashMessages(keys?, context?)');

/**
 * Delivers the messages that wait under these keys: strings, and the strings of arrays. Other values keep waiting,
 * because they are meant for a page's code and not for a visitor. Each message is delivered with one response only. A
 * prerendered page has no messages.
 *
 * @param keys Default: `error`, `warning`, `success`, `info` and `notice`.
 * @param context The Astro context. Default: that of the request that is being answered. It may also be the first
 *   argument.
 * @returns The messages in the order of the keys; an empty array when there are none.
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
