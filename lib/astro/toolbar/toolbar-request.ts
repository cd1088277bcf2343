import { TOOLBAR_HEADER } from './toolbar-state.js';

const MANY_BYTES = 64 * 1024;

/**
 * Whether a script on a page of this very origin asks, as browsers vouch for it. Other ports of this machine are other
 * origins; and a header of one's own is more than a link, a form or an image can send.
 */
export function isFromOwnPage({ headers }: Request): boolean {
  return headers.get('sec-fetch-site') === 'same-origin' && headers.get(TOOLBAR_HEADER) === '1';
}

/** The body, or `undefined` where it is more than the toolbar would send. */
export async function shortBody(request: Request): Promise<string | undefined> {
  if (Number(request.headers.get('content-length') ?? 0) > MANY_BYTES) return undefined;
  const text = await request.text();
  return text.length > MANY_BYTES ? undefined : text;
}

/** For nobody else, and for this moment. */
export function answerJson(content: unknown, status = 200): Response {
  return new Response(JSON.stringify(content), {
    status,
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'no-store',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'X-Content-Type-Options': 'nosniff',
    },
  });
}
