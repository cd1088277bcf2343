import { readOrigin } from '../../access/csrf/site-origins.js';
import { TrustedOrigins } from '../../access/csrf/trusted-origins.js';
import { printable } from '../../base/text.js';

/** The properties of a request and its answer that are read here. */
export interface Exchange {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly status: number;
}

const FORM = /application\/x-www-form-urlencoded|multipart\/form-data|text\/plain/i;
const FINISHED = 'http.server.response.finish';
const WATCHED = Symbol.for('astro-gatehouse.origin-refusals');
const MOST_CHARACTERS = 200;

/**
 * Logs the reason when Astro's `security.checkOrigin` refuses a form of the site itself, once for each cause. This
 * check runs before every middleware and logs nothing, so Node's diagnostics channel for finished answers is used.
 *
 * @param trusted Other origins that may send forms.
 */
export function logOriginRefusals(trusted: TrustedOrigins): void {
  const channels = globalThis.process?.getBuiltinModule?.('node:diagnostics_channel');
  const place = globalThis as { [WATCHED]?: boolean };
  if (!channels || place[WATCHED]) return;
  // A development server reloads this module.
  place[WATCHED] = true;
  const logged = new Set<string>();
  channels.subscribe(FINISHED, (message) => {
    const { request, response } = message as {
      request: Omit<Exchange, 'status'>;
      response: { readonly statusCode: number };
    };
    if (response.statusCode !== 403 || request.method !== 'POST') return;
    const { method, url, headers } = request;
    const problem = originProblem({ method, url, headers, status: response.statusCode }, trusted);
    if (problem === undefined || logged.has(problem.cause)) return;
    logged.add(problem.cause);
    console.warn(`[astro-gatehouse] ${problem.text} This is logged once.`);
  });
}

/**
 * Returns the reason why a form was refused that a page of the site probably sent; `undefined` when nothing indicates
 * that it did.
 */
export function originProblem(
  { url = '', headers, status }: Exchange,
  trusted = new TrustedOrigins(),
): { cause: string; text: string } | undefined {
  const [said, relation, host = ''] = [one(headers.origin), one(headers['sec-fetch-site']), one(headers.host)];
  const type = one(headers['content-type']);
  const isForm = type === undefined || FORM.test(type);
  if (status !== 403 || !isForm || said === undefined) return undefined;
  const isTrusted = trusted.includes(said);
  if (!isTrusted && relation !== undefined && relation !== 'same-origin') return undefined;
  const path = printable(url.split('?', 1)[0] ?? '').slice(0, MOST_CHARACTERS);
  const refused = `A form sent to ${path} was refused by Astro's security.checkOrigin`;
  if (isTrusted) {
    return {
      cause: 'trusted',
      text:
        `${refused}, which does not know csrf.trustedOrigins: it comes from ${said}. Set security: { checkOrigin: false } ` +
        'in astro.config, while csrf of gatehouse is on, which checks every request.',
    };
  }
  if (said === 'null') {
    return relation === undefined
      ? undefined
      : {
          cause: 'no-referrer',
          text:
            `${refused}, because the browser sends "Origin: null", as it does for pages with Referrer-Policy: ` +
            'no-referrer. Send Referrer-Policy: same-origin or strict-origin-when-cross-origin with pages that have ' +
            'forms; or set security: { checkOrigin: false } in astro.config, while csrf of gatehouse is on.',
        };
  }
  const origin = readOrigin(said);
  if (!origin) return undefined;
  const port = origin.port && `, port: '${origin.port}'`;
  const entry = `protocol: '${origin.protocol.slice(0, -1)}', hostname: '${origin.hostname}'${port}`;
  const name = `security: { allowedDomains: [{ ${entry} }] }`;
  // A program may send any origin, so an operator must not take it for a name of the site without checking.
  const ifOwn = 'If that is the address of this site,';
  if (origin.host === host) {
    return origin.protocol === 'https:'
      ? {
          cause: 'tls',
          text:
            `${refused}: it comes from ${origin.origin}, and Astro assumes http for the site. ${ifOwn} set ` +
            `${name} in astro.config, and let the proxy send X-Forwarded-Proto and X-Forwarded-Host (nginx: ` +
            `$http_host).`,
        }
      : undefined;
  }
  const isSameHost = hostnameOf(host) === origin.hostname;
  if (!isSameHost && relation === undefined) return undefined;
  const what = isSameHost ? 'without its port' : 'under another name';
  return {
    cause: 'host',
    text:
      `${refused}: it comes from ${origin.origin}, and the proxy passes the host ${what}, as ` +
      `${printable(host).slice(0, MOST_CHARACTERS)}. ${ifOwn} let it pass the original host (nginx: proxy_set_header ` +
      `Host $http_host, and the same for X-Forwarded-Host)` +
      `${origin.protocol === 'https:' ? `, and set ${name} in astro.config` : ''}.`,
  };
}

function one(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0];
}

function hostnameOf(host: string): string {
  return host.replace(/:\d*$/, '').toLowerCase();
}
