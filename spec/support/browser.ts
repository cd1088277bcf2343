import type { Server } from './app.js';

/** What a visit sends beside its path. */
export interface Visit {
  method?: string;
  headers?: Record<string, string>;
  form?: Record<string, string>;
  body?: string;
}

/** An answer, with its body read. */
export interface Answer {
  status: number;
  location: string | null;
  headers: Headers;
  /** Every Set-Cookie header. */
  setCookies: string[];
  text: string;
}

/** Visits a server as a browser would: opens pages, keeps cookies, follows nothing by itself. */
export class Browser {
  /** Where each cookie was set: to remove one of another place leaves it alone. */
  readonly #places = new Map<string, string>();

  constructor(
    private readonly server: Pick<Server, 'origin'>,
    readonly cookies = new Map<string, string>(),
  ) {}

  /** The same browser, visiting another server: cookies are shared. */
  at(server: Pick<Server, 'origin'>): Browser {
    return new Browser(server, this.cookies);
  }

  /** Another browser, with the cookies that this one has at the moment. */
  copy(): Browser {
    return new Browser(this.server, new Map(this.cookies));
  }

  /** Opens a page. */
  async get(path: string, visit: Visit = {}): Promise<Answer> {
    return this.visit(path, visit);
  }

  /** Sends a form from a page of the same site. */
  async post(path: string, form: Record<string, string> = {}, visit: Visit = {}): Promise<Answer> {
    return this.visit(path, { ...visit, method: 'POST', form });
  }

  async visit(path: string, { method = 'GET', headers = {}, form, body }: Visit = {}): Promise<Answer> {
    const response = await fetch(this.server.origin + path, {
      method,
      redirect: 'manual',
      headers: {
        accept: 'text/html,application/xhtml+xml',
        ...(method !== 'GET' && method !== 'HEAD' && { origin: this.server.origin }),
        ...(this.cookies.size > 0 && { cookie: this.cookieHeader }),
        ...headers,
      },
      body: form ? new URLSearchParams(form) : (body ?? null),
    });
    const setCookies = response.headers.getSetCookie();
    for (const setCookie of setCookies) this.#keep(setCookie);
    const { status, headers: answered } = response;
    return { status, location: answered.get('location'), headers: answered, setCookies, text: await response.text() };
  }

  /** The cookie of the session, if it has the name that every application gives it by itself. */
  get sessionCookie(): { name: string; value: string } | undefined {
    const found = [...this.cookies].find(([name]) => /^(?:__Host-|__Secure-)?gatehouse(?:-[0-9a-f]{6})?$/.test(name));
    return found && { name: found[0], value: found[1] };
  }

  /** The names of all cookies but the mark that a sign-out leaves in a session's place, which is too short for one. */
  get namesBesideMark(): string[] {
    const isMark = ([name, value]: [string, string]) => /gatehouse[\w-]*~[\w-]+$/.test(name) && value.length < 370;
    return [...this.cookies].filter((cookie) => !isMark(cookie)).map(([name]) => name);
  }

  get cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  #keep(setCookie: string): void {
    const [pair = '', ...attributes] = setCookie.split(/;\s*/);
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    const isRemoved = attributes.some(
      (attribute) =>
        /^max-age=(?:0|-\d+)$/i.test(attribute) ||
        (/^expires=/i.test(attribute) && Date.parse(attribute.slice('expires='.length)) <= Date.now()),
    );
    const place = placeOf(attributes);
    // One that names no place is taken to mean this cookie, as applications do that leave it out.
    if (isRemoved && place !== '' && place !== (this.#places.get(name) ?? place)) return;
    this.#places.set(name, place);
    if (isRemoved) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

/** The path and the domain for which a cookie is set; for the host alone, where it names none. */
function placeOf(attributes: readonly string[]): string {
  return attributes
    .filter((attribute) => /^(?:path|domain)=/i.test(attribute))
    .map((attribute) => attribute.toLowerCase())
    .sort()
    .join(';');
}
