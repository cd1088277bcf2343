import type { CsrfConfig } from '../../access/csrf/csrf-config.js';
import { checkOrigin, readOrigin } from '../../access/csrf/site-origins.js';
import type { SentHeaders } from './header-source.js';

const NOWHERE = 'http://nowhere.invalid';
const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/i;
/** The protocols that a proxy may name, as those of pages. */
const PROTOCOLS: Readonly<Record<string, string>> = { http: 'http:', ws: 'http:', https: 'https:', wss: 'https:' };

/** Checks whether a request opens a WebSocket: browsers let any page do that, and send cookies with it. */
export function opensWebSocket({ headers, opensWebSocket }: SentHeaders): boolean {
  const protocols = (headers.get('upgrade') ?? '').toLowerCase().split(',');
  return (
    opensWebSocket ||
    protocols.some((protocol) => /^websocket(?:\/|$)/.test(protocol.trim())) ||
    headers.get('sec-fetch-mode') === 'websocket' ||
    headers.has('sec-websocket-key')
  );
}

/**
 * Checks whether a page of this site, or of a trusted origin, sent a request. A program that identifies itself by a
 * header, and sends no cookie of the application, may send it as well.
 *
 * @param isSecure True when the session's cookie is sent over HTTPS only, so that pages of the site are as well.
 * @returns The reason to refuse it; `undefined` when it is allowed.
 * @see OWASP WebSocket Security Cheat Sheet (cross-site WebSocket hijacking); RFC 6455 10.2
 */
export function originProblem(
  sent: SentHeaders,
  { origins, credentials }: Pick<CsrfConfig, 'origins' | 'credentials'>,
  isSecure: boolean,
): string | undefined {
  const { headers } = sent;
  const finding = checkOrigin({ headers, sentTo: addressOf(sent, isSecure) }, origins);
  return finding.isOwn || credentials.excuse(headers, finding.isOwn) ? undefined : finding.reason;
}

/**
 * Returns the address to which a request was sent. Its host is the one that the browser names: a page of another site
 * cannot change it.
 */
export function addressOf(sent: SentHeaders, isSecure: boolean): URL {
  const { headers, url = '/' } = sent;
  const host = headers.get('host');
  const protocol = protocolOf(sent, isSecure);
  const base = host !== null && URL.canParse(`${protocol}//${host}`) ? `${protocol}//${host}` : undefined;
  if (!URL.canParse(url, base ?? NOWHERE)) return new URL(base ?? NOWHERE);
  const address = new URL(url, base ?? NOWHERE);
  return base === undefined ? address : new URL(address.pathname + address.search, base);
}

/**
 * Returns the protocol under which visitors know the site. Behind a proxy that does not tell, it is that of the page, but
 * a page without encryption is none of a site whose cookie is sent over HTTPS only, except on this machine.
 */
function protocolOf({ headers, isEncrypted }: SentHeaders, isSecure: boolean): string {
  if (isEncrypted) return 'https:';
  const [forwarded = ''] = (headers.get('x-forwarded-proto') ?? '').split(',');
  const known = PROTOCOLS[forwarded.trim().toLowerCase()];
  if (known) return known;
  const origin = readOrigin(headers.get('origin') ?? '');
  if (!origin) return isSecure ? 'https:' : 'http:';
  return isSecure && !LOOPBACK.test(origin.hostname) ? 'https:' : origin.protocol;
}
