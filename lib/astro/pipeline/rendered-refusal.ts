import type { APIContext } from 'astro';
import { pageInPlace, plain } from '../../access/refusal/refusal.js';
import type { Promised } from '../../base/promised.js';
import { printable } from '../../base/text.js';
import type { GateRequest } from '../request/gate-request.js';
import { gatehouse } from '../start/started.js';

/** Headers that describe the body of a request. */
const OF_BODY = ['content-length', 'content-type', 'content-encoding', 'transfer-encoding'];

/**
 * Renders the page that a refusal names at the address that was opened. The page is rendered like any other that a
 * middleware rewrites to: all middlewares run for it, and the guard judges it as itself.
 *
 * @returns The page with the refusal's status; the refusal itself where it names none, and where the visitor may not see
 *   that page either.
 */
export function renderRefusal(request: GateRequest, context: APIContext, refusal: Response): Promised<Response> {
  const page = pageInPlace(refusal);
  return page === undefined || request.rendersRefusal ? refusal : render(request, context, page, refusal);
}

async function render(request: GateRequest, context: APIContext, page: string, refusal: Response): Promise<Response> {
  let answer = refusal;
  try {
    answer = await rendered(request, context, page, refusal);
    return answer;
  } finally {
    // The page that the guard has allowed is not the one that was opened: no middleware may answer in its place.
    request.hasPassed = false;
    request.refusedWith = { answer: answer === refusal ? plain(refusal.status) : answer, run: request.context };
  }
}

async function rendered(request: GateRequest, context: APIContext, page: string, refusal: Response): Promise<Response> {
  // Whatever was sent, the page is only shown.
  const asked = new Request(new URL(page, context.url), {
    headers: withoutBody(context.request.headers),
    signal: context.request.signal,
  });
  request.vetted = asked;
  request.rendersRefusal = true;
  request.hasPassed = false;
  try {
    const shown = await context.rewrite(asked);
    return request.hasPassed ? asRefusal(shown, request.original.method, refusal) : refusal;
  } catch (error) {
    // An error of the page itself is answered like that of any page.
    if (request.hasPassed) throw error;
    reportUnrendered(page, error);
    return refusal;
  } finally {
    request.rendersRefusal = false;
  }
}

/** Returns the page as the answer to a refused request. A page that answers otherwise, by a redirect, may do so. */
function asRefusal(shown: Response, method: string, refusal: Response): Response {
  const headers = new Headers(shown.headers);
  headers.set('Cache-Control', refusal.headers.get('cache-control') ?? 'private, no-store');
  headers.append('Vary', refusal.headers.get('vary') ?? 'Cookie');
  const status = shown.ok ? refusal.status : shown.status;
  return new Response(method === 'HEAD' ? null : shown.body, { status, headers });
}

function withoutBody(sent: Headers): Headers {
  const headers = new Headers(sent);
  for (const name of OF_BODY) headers.delete(name);
  return headers;
}

let isReported = false;

/** Logs that Astro could not render the page, as when it is prerendered. */
function reportUnrendered(page: string, error: unknown): void {
  if (isReported) return;
  isReported = true;
  gatehouse.parts.log.failure(
    `${printable(page)} could not be rendered for refused visitors, who get a plain 403. If it is prerendered, write export ` +
      'const prerender = false in its file. This is logged once.',
    error,
  );
}
