/** Who has which boat today. A real application asks its database. */
const reservations = new Map<string, string | undefined>([
  ['Heron', undefined],
  ['Kingfisher', undefined],
  ['Otter', undefined],
]);

export interface Boat {
  name: string;
  isFree: boolean;
  isMine: boolean;
}

export const boats = {
  /** As one member sees them: nobody is told who else has a boat. */
  seenBy(userId: string): Boat[] {
    return [...reservations].map(([name, holder]) => ({
      name,
      isFree: holder === undefined,
      isMine: holder === userId,
    }));
  },

  /** Takes a boat that is free, or gives back one's own. @returns Whether that could be done. */
  toggle(name: string, userId: string): boolean {
    const holder = reservations.get(name);
    if (!reservations.has(name) || (holder !== undefined && holder !== userId)) return false;
    reservations.set(name, holder === undefined ? userId : undefined);
    return true;
  },
};
