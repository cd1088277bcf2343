/** Number of keys to read at once, and milliseconds for which they may be used. */
const AHEAD = 20_000;
const FRESH_FOR = 10_000;

/**
 * The next keys of a list that is read page by page, where finding them means to look at all keys. A session that begins
 * meanwhile may be left out. One whose id changes is found where its old key leads.
 */
export class KeysAhead {
  #from = '';
  #keys: readonly string[] = [];
  #until = 0;

  /** @param read Returns the next keys after one, in their order. */
  constructor(private readonly read: (after: string, limit: number) => readonly string[]) {}

  /** Returns the next keys after one. A list that begins is read anew. @param now Milliseconds since the epoch. */
  next(after: string, limit: number, now: number): readonly string[] {
    if (after === '' || after < this.#from || now >= this.#until) return this.#readAnew(after, limit, now);
    const first = this.#firstAfter(after);
    const known = this.#keys.slice(first, first + limit);
    return known.length === limit ? known : this.#readAnew(after, limit, now);
  }

  #readAnew(after: string, limit: number, now: number): readonly string[] {
    this.#keys = this.read(after, Math.max(limit, AHEAD));
    this.#from = after;
    this.#until = now + FRESH_FOR;
    return this.#keys.slice(0, limit);
  }

  #firstAfter(key: string): number {
    let [low, high] = [0, this.#keys.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#keys[middle] ?? '') > key) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
