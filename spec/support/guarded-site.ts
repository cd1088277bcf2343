import { App, SECRET, type Server } from './app.js';
import { Browser } from './browser.js';
import { type RawAnswer, RawClient, type RawRequest } from './raw-request.js';

const SOURCE = 'spec/apps/guarded';

/** An Astro site: its options, beside those of spec/apps/guarded, and its pages. */
export interface Site {
  readonly name: string;
  readonly options?: Readonly<Record<string, unknown>> & { readonly base?: string; readonly trailingSlash?: string };
  /** As they would stand in `src/pages`, without extension. */
  readonly pages: readonly string[];
  /** The same for what answers every method without being a page. */
  readonly endpoints?: readonly string[];
}

/** Rules as `defineGatehouse` takes them, so far as they are plain data. */
export interface Rules {
  readonly protect?: readonly { readonly pattern: string; readonly public?: true }[];
  readonly globalProtect?: boolean;
  readonly exclude?: readonly string[];
}

export const protect = (...patterns: string[]): Rules => ({ protect: patterns.map((pattern) => ({ pattern })) });

export const everythingBut = (...exclude: string[]): Rules => ({ globalProtect: true, exclude });

/** The same with public rules in place of `exclude`. */
export const publicAlone = (...patterns: string[]): Rules => ({
  globalProtect: true,
  protect: patterns.map((pattern) => ({ pattern, public: true })),
});

export type Mode = 'production' | 'dev';

/** A site that is served under certain rules, with a guest and a signed-in visitor before it. */
export class GuardedSite {
  #cookie = '';
  readonly #client: RawClient;

  private constructor(
    readonly site: Site,
    private readonly app: App,
    private readonly server: Server,
  ) {
    this.#client = new RawClient(server.port);
  }

  static async serve(site: Site, rules: Rules, mode: Mode = 'production'): Promise<GuardedSite> {
    const environment = { SITE: JSON.stringify(site.options ?? {}), RULES: textOf(rules) };
    const app = App.create(SOURCE, filesOf(site));
    if (mode === 'production') await app.build({ SITE: environment.SITE });
    const server =
      mode === 'dev'
        ? await app.serveWith('dev', environment)
        : await app.serve({ ...environment, GATEHOUSE_SECRET: SECRET });
    const served = new GuardedSite(site, app, server);
    try {
      await served.#enter();
    } catch (error) {
      await served.stop();
      throw error;
    }
    return served;
  }

  /**
   * Applies other rules to a development server, which reloads them: that takes less than another server to start.
   *
   * @param refused A path that only these rules keep from guests.
   */
  async change(rules: Rules, refused: string): Promise<void> {
    this.app.write({ 'src/rules.ts': `export const rules = ${JSON.stringify(textOf(rules))};` });
    await this.server.until(async () => this.isRefusal(await this.asGuest(refused)));
    await this.#enter();
  }

  asGuest(request: RawRequest | string): Promise<RawAnswer> {
    return this.#client.send(this.#complete(request));
  }

  asVisitor(request: RawRequest | string): Promise<RawAnswer> {
    const { headers, ...rest } = this.#complete(request);
    return this.#client.send({ ...rest, headers: { ...headers, Cookie: this.#cookie } });
  }

  /** The actions that ran since this was asked last. */
  async actionsRun(): Promise<string[]> {
    const answer = await this.asVisitor(this.path('/ran'));
    return JSON.parse(answer.text);
  }

  /** A path as this site links to it. */
  path(path: string): string {
    const { base = '', trailingSlash } = this.site.options ?? {};
    return base + path + (trailingSlash === 'always' && !path.endsWith('/') ? '/' : '');
  }

  /** Whether an answer is the guard's "no", and nothing but that. */
  isRefusal({ status, headers, text }: RawAnswer): boolean {
    if (pagesIn(text).length > 0 || headers.get('cache-control') !== 'private, no-store') return false;
    if ([400, 401, 403].includes(status)) return true;
    const location = headers.get('location')?.replace(/\?returnTo=.*$/, '');
    return (status === 302 || status === 303) && location === this.path('/login');
  }

  async stop(): Promise<void> {
    this.#client.close();
    await this.server.stop();
    this.app.remove();
  }

  #complete(request: RawRequest | string): RawRequest {
    const complete = typeof request === 'string' ? { target: request } : request;
    if ((complete.method ?? 'GET') === 'GET' || complete.method === 'HEAD') return complete;
    return { ...complete, headers: { Origin: this.server.origin, ...complete.headers } };
  }

  async #enter(): Promise<void> {
    const browser = new Browser(this.server);
    const { text } = await browser.post(this.path('/enter'));
    if (text !== 'welcome') throw new Error(`Nobody can sign in:\n${text}\n${this.server.output}`);
    this.#cookie = browser.cookieHeader;
  }
}

function textOf(rules: Rules): string {
  const withEnter = rules.globalProtect ? { ...rules, exclude: [...(rules.exclude ?? []), '/enter', '/ran'] } : rules;
  return JSON.stringify(withEnter);
}

/**
 * The pages that an answer shows, each as its file's route with the parameters put back.
 *
 * @example `/admin/users/42`
 */
export function pagesIn(text: string): string[] {
  return Array.from(text.matchAll(/SERVED:([\w-]+)/g), ([, encoded = '']) => {
    const [page, params] = JSON.parse(Buffer.from(encoded, 'base64url').toString());
    return routed(page, params);
  });
}

function routed(page: string, params: Record<string, string | undefined>): string {
  const path = page.replace(/\[(?:\.\.\.)?(\w+)\]/g, (_, name: string) => params[name] ?? '');
  return path.replace(/\/index$/, '').replace(/\/+$/, '') || '/';
}

/** Whether rules are meant to keep guests from a page: read from the patterns, apart from the guard's own reading. */
export function isGuarded(page: string, rules: Rules): boolean {
  const covers = (pattern: string) => expressionFor(pattern).test(page.normalize('NFC'));
  const decides = rules.protect?.find(({ pattern }) => covers(pattern));
  if (decides) return decides.public !== true;
  return rules.globalProtect === true && page !== '/login' && !rules.exclude?.some(covers);
}

function expressionFor(pattern: string): RegExp {
  const source = decodeURIComponent(pattern)
    .normalize('NFC')
    .replaceAll('.', '\\.')
    .replace(/\/\*\*$/, '(?:/.*)?')
    .replace(/\/\*$/, '/.+')
    .replaceAll('/*/', '/(?:[^/]+/)+');
  return new RegExp(`^${source}$`, 's');
}

function filesOf({ pages, endpoints = [] }: Site): Record<string, string> {
  return Object.fromEntries([
    ...pages.map((page) => [
      `src/pages/${page}.astro`,
      `---\nimport { servedAs } from '/src/served-as';\n---\n<p>{servedAs('/${page}', Astro.params)}</p>`,
    ]),
    ...endpoints.map((endpoint) => [
      `src/pages/${endpoint}.ts`,
      `import { servedAs } from '/src/served-as';
       export const ALL = ({ params }) => new Response(servedAs('/${endpoint}', params));`,
    ]),
  ]);
}
