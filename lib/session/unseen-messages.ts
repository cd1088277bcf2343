let hasWarned = false;

/** Says, once, that an answer showed one message where several were delivered: nobody would find out why they are gone. */
export function warnOfUnseen(key: string, count: number): void {
  if (hasWarned || count < 2) return;
  hasWarned = true;
  console.warn(
    `[astro-gatehouse] ${count} messages waited under "${key}", and a page read the latest alone: the others are gone. ` +
      `Show all of them with <Flash />, flashMessages() or session.flashes.getAll('${key}'). This is said once.`,
  );
}

/** Says that more messages wait than anybody reads. */
export function warnOfDropped(most: number): void {
  console.warn(
    `[astro-gatehouse] More than ${most} messages wait in one session: the oldest are dropped. Keep several as a list ` +
      `under one key.`,
  );
}
