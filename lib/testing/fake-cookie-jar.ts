import { type CarriedCookie, type CookieAttributes, CookieJar, removesCookie } from '../session/cookies/cookie-jar.js';

/** A cookie that was set on the answer. */
export interface AnsweredCookie {
  readonly value: string;
  readonly attributes: CookieAttributes;
}

/** The cookies of one request and of its answer, without HTTP. */
export class FakeCookieJar extends CookieJar {
  readonly #carried: ReadonlyMap<string, readonly string[]>;
  readonly #answered = new Map<string, AnsweredCookie>();

  constructor(carried: ReadonlyMap<string, readonly string[]> = new Map()) {
    super();
    this.#carried = carried;
  }

  /** Creates the cookies of a request that carries these values under one name. */
  static carrying(name: string, ...values: string[]): FakeCookieJar {
    return new FakeCookieJar(new Map([[name, values]]));
  }

  override values(name: string): readonly string[] {
    return this.#carried.get(name) ?? [];
  }

  override named(name: string, mark: string): readonly CarriedCookie[] {
    const own = [...this.#carried].filter(([other]) => other === name || other.startsWith(name + mark));
    return own.flatMap(([other, values]) => values.map((value) => ({ name: other, value })));
  }

  override set(name: string, value: string, attributes: CookieAttributes): void {
    this.#answered.set(name, { value, attributes });
  }

  /** Returns the cookie of this name on the answer; `undefined` when the answer has none. */
  answered(name: string): AnsweredCookie | undefined {
    return this.#answered.get(name);
  }

  /** All values that the request carries, under any name. */
  get tokens(): readonly string[] {
    return [...this.#carried.values()].flat();
  }

  /** The names of the cookies that the request carries. */
  get names(): readonly string[] {
    return [...this.#carried.keys()];
  }

  /** The cookies of the answer, as the Cookie header of the next request. */
  get header(): string {
    return [...this.#answered].map(([name, { value }]) => `${name}=${value}`).join('; ');
  }

  /** The number of cookies on the answer. */
  get size(): number {
    return this.#answered.size;
  }

  /** Returns the cookies of the browser's next request, after it received this answer. */
  next(): FakeCookieJar {
    return this.after(this);
  }

  /**
   * Returns the cookies of the next request of a browser that received another answer in the meantime.
   *
   * @param latest The cookies that it would have sent.
   */
  after(latest: FakeCookieJar): FakeCookieJar {
    const kept = new Map(latest.#carried);
    for (const [name, { value, attributes }] of this.#answered) {
      if (removesCookie(attributes)) kept.delete(name);
      else kept.set(name, [value]);
    }
    return new FakeCookieJar(kept);
  }
}
