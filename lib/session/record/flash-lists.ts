import type { Flash } from './session-record.js';

type Flashes = ReadonlyMap<string, Flash>;

/** Returns the messages under one key, the oldest first. */
export function messagesIn(flash: Flash | undefined): readonly Flash[] {
  if (!flash?.earlier) return flash ? [flash] : [];
  const { earlier, ...latest } = flash;
  return [...earlier, latest];
}

/** Returns all messages with their keys. */
export function allMessages(flashes: Flashes): (readonly [key: string, message: Flash])[] {
  return [...flashes].flatMap(([key, flash]) => messagesIn(flash).map((message) => [key, message] as const));
}

/** Combines the messages of one key. @returns `undefined` for none. */
export function underOneKey(messages: readonly Flash[]): Flash | undefined {
  const latest = messages.at(-1);
  return latest && messages.length > 1 ? { ...latest, earlier: messages.slice(0, -1) } : latest;
}

/** Replaces each message by the result of a function; `undefined` removes it. */
export function changedMessages(
  flashes: Flashes,
  change: (message: Flash, key: string) => Flash | undefined,
): Map<string, Flash> {
  const changed = new Map<string, Flash>();
  for (const [key, flash] of flashes) {
    const next = underOneKey(messagesIn(flash).flatMap((message) => change(message, key) ?? []));
    if (next) changed.set(key, next);
  }
  return changed;
}
