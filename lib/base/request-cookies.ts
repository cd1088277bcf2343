import { parseCookie } from 'cookie';

/** The cookies that a request arrived with. They can only be read. The header is parsed when the first one is read. */
export class RequestCookies {
  private values: Readonly<Record<string, string | undefined>> | undefined;

  /** @param headers The headers of the request; `undefined` when there is none. */
  constructor(private readonly headers?: Headers | undefined) {}

  /** Returns a cookie's value, decoded; the first one, when the browser sent several of that name. */
  get(name: string): string | undefined {
    this.values ??= parseCookie(this.headers?.get('cookie') ?? '');
    return this.values[name];
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }
}
