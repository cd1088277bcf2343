let hasWarned = false;

/**
 * Warns once when a page read one message although several were delivered, because nothing else shows why they are
 * gone.
 */
export function warnOfUnseen(key: string, count: number): void {
  if (hasWarned || count < 2) return;
  hasWarned = true;
  console.warn(
    `[astro-gatehouse] ${count} messages waited under "${key}", but a page read only the latest, so the others are ` +
      `lost. Show all of them with <Flash />, flashMessages() or session.flashes.getAll('${key}'). This is logged ` +
      `once.`,
  );
}

/** Warns that a session has more messages than it may have. */
export function warnOfDropped(most: number): void {
  console.warn(
    `[astro-gatehouse] More than ${most} messages wait in one session: the oldest are dropped. Store several as an ` +
      `array under one key.`,
  );
}
