/** A request and what became of it, in plain words. */
export interface DecidedRequest {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly method: string;
  /** As it was sent, encoded, without the query. */
  readonly path: string;
  /** The short hash of the session that it came with. */
  readonly session: string | undefined;
  /** Whether a browser opened a page by it. */
  readonly isPage: boolean;
}

const MOST_DECISIONS = 20;
const MOST_PAGES = 200;

/** The last decisions of a server, and the last one for each page that was opened. Of this process, and never stored. */
export class DecisionHistory<Decided extends DecidedRequest> {
  #latest: readonly Decided[] = [];
  readonly #pages = new Map<string, Decided>();
  readonly #waiting = new Set<() => void>();
  #revision = 0;

  /** Grows with everything that is noted. */
  get revision(): number {
    return this.#revision;
  }

  /** Waits until there is something newer than this revision, but not for longer than so many milliseconds. */
  async after(revision: number, most: number): Promise<void> {
    if (revision !== this.#revision) return;
    await new Promise<void>((wake) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        wake();
      };
      const timer = setTimeout(done, most);
      this.#waiting.add(done);
    });
  }

  /** The last twenty, the newest first. */
  get latest(): readonly Decided[] {
    return this.#latest;
  }

  /** @param replaced What was noted of the same request before. */
  add(decided: Decided, replaced?: Decided): void {
    const others = this.#latest.filter((earlier) => earlier !== replaced);
    this.#latest = [decided, ...others].slice(0, MOST_DECISIONS);
    if (decided.isPage) this.#file(decided);
    this.#grow();
  }

  /** Notes a page of which nothing was decided. */
  addPage(decided: Decided): void {
    if (!decided.isPage) return;
    this.#file(decided);
    this.#grow();
  }

  #file(decided: Decided): void {
    for (const key of [keyOf(decided.path), keyOf(decided.path, decided.session)]) {
      this.#pages.delete(key);
      this.#pages.set(key, decided);
    }
    const surplus = this.#pages.size - MOST_PAGES;
    for (const key of [...this.#pages.keys()].slice(0, Math.max(0, surplus))) this.#pages.delete(key);
  }

  #grow(): void {
    this.#revision += 1;
    for (const wake of this.#waiting) wake();
  }

  /** What was decided when this page was last opened: by this session, or else by anybody. */
  ofPage(path: string, session: string | undefined): Decided | undefined {
    return this.#pages.get(keyOf(path, session)) ?? this.#pages.get(keyOf(path));
  }
}

function keyOf(path: string, ...session: (string | undefined)[]): string {
  return JSON.stringify([path, ...session.map((hash) => hash ?? null)]);
}
