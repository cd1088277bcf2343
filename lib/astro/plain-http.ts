/** Hosts for which most browsers accept `Secure` cookies without TLS; Safari does not. */
const OWN_MACHINE = /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/;
const SAFARI = /Version\/[\d.]+ (?:Mobile\/\w+ )?Safari\//;
let isTold = false;

/**
 * Logs once that the browser will drop a `Secure` cookie: the visitor who signs in is a guest again with the next
 * request, and nothing else would show why. Called when such a cookie is set on an answer.
 */
export function tellOfPlainHttp(headers: Headers): void {
  const origin = isTold ? undefined : plainOrigin(headers);
  if (origin === undefined) return;
  isTold = true;
  console.warn(
    `[astro-gatehouse] The session's cookie is Secure, and a browser has opened ${origin}, where it drops such a ` +
      'cookie: a visitor who signs in there is a guest again with the next request. Serve the site over https; to ' +
      'try it without, set session: { cookie: { secure: false } }. This is logged once.',
  );
}

/** Returns the address in the browser, if it has no TLS. A proxy that ends TLS does not change these headers. */
function plainOrigin(headers: Headers): string | undefined {
  const said = headers.get('origin') ?? headers.get('referer');
  if (!said?.startsWith('http://') || !URL.canParse(said)) return undefined;
  const { origin, host, hostname } = new URL(said);
  // Another site may not use TLS.
  if (host !== headers.get('host')) return undefined;
  const isDropped = !OWN_MACHINE.test(hostname) || SAFARI.test(headers.get('user-agent') ?? '');
  return isDropped ? origin : undefined;
}
