/** Hosts to which most browsers give cookies as they do over TLS; Safari does not. */
const OWN_MACHINE = /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/;
const SAFARI = /Version\/[\d.]+ (?:Mobile\/\w+ )?Safari\//;
let isTold = false;

/**
 * Says once that a browser drops the cookie that it is about to be sent: who signs in is a guest again with the next
 * request, and nothing else would tell why. Called where a `Secure` cookie is put on an answer.
 */
export function tellOfPlainHttp(headers: Headers): void {
  const origin = isTold ? undefined : plainOrigin(headers);
  if (origin === undefined) return;
  isTold = true;
  console.warn(
    `[astro-gatehouse] The session's cookie is Secure, and a browser has opened ${origin}, where it drops such a cookie: who ` +
      'signs in there is a guest again with the next request. Serve the site over https; to try it out without, set ' +
      'session: { cookie: { secure: false } }. This is said once.',
  );
}

/** The address that a browser has in front of it, if that is without TLS. A proxy that ends TLS does not change what it says. */
function plainOrigin(headers: Headers): string | undefined {
  const said = headers.get('origin') ?? headers.get('referer');
  if (!said?.startsWith('http://') || !URL.canParse(said)) return undefined;
  const { origin, host, hostname } = new URL(said);
  // Another site may be without TLS.
  if (host !== headers.get('host')) return undefined;
  const isDropped = !OWN_MACHINE.test(hostname) || SAFARI.test(headers.get('user-agent') ?? '');
  return isDropped ? origin : undefined;
}
