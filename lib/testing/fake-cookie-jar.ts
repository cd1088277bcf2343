import { type CarriedCookie, type CookieAttributes, CookieJar } from '../session/cookie-jar.js';

/** A cookie as it was put on the answer. */
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

  /** A request that carries these values under one name. */
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

  /** The cookie of this name on the answer; `undefined` when the answer has none. */
  answered(name: string): AnsweredCookie | undefined {
    return this.#answered.get(name);
  }

  /** Every value that the request carries, whatever its name. */
  get tokens(): readonly string[] {
    return [...this.#carried.values()].flat();
  }

  /** The names of the cookies that the request carries. */
  get names(): readonly string[] {
    return [...this.#carried.keys()];
  }

  /** The cookies of the answer, as the next request sends them. */
  get header(): string {
    return [...this.#answered].map(([name, { value }]) => `${name}=${value}`).join('; ');
  }

  /** How many cookies the answer carries. */
  get size(): number {
    return this.#answered.size;
  }

  /** The next request of the browser that got this answer. */
  next(): FakeCookieJar {
    return this.after(this);
  }

  /** The next request of a browser that has got another answer meanwhile. @param latest What it would have sent. */
  after(latest: FakeCookieJar): FakeCookieJar {
    const kept = new Map(latest.#carried);
    for (const [name, { value, attributes }] of this.#answered) {
      if (attributes.maxAge > 0) kept.set(name, [value]);
      else kept.delete(name);
    }
    return new FakeCookieJar(kept);
  }
}
