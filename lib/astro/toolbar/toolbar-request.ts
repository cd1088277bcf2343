import { TOOLBAR_HEADER } from './toolbar-state.js';

const MANY_BYTES = 64 * 1024;

/**
 * Checks whether a script on a page of this origin sent a request, which `Sec-Fetch-Site` proves. Other ports of this
 * machine are other origins; and a custom header is more than a link, a form or an image can send.
 */
export function isFromOwnPage({ headers }: Request): boolean {
  return headers.get('sec-fetch-site') === 'same-origin' && headers.get(TOOLBAR_HEADER) === '1';
}

/** Returns the body; `undefined` when it is longer than anything the toolbar sends. */
export async function shortBody(request: Request): Promise<string | undefined> {
  if (Number(request.headers.get('content-length') ?? 0) > MANY_BYTES) return undefined;
  const text = await request.text();
  return text.length > MANY_BYTES ? undefined : text;
}

/** Creates a JSON answer that is neither cached nor readable from other origins. */
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
