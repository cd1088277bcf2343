/** Creates an answer for programs. @see RFC 9457 */
export function problem(status: number, title: string, detail?: string): Response {
  const body = JSON.stringify({ type: 'about:blank', title, status, detail });
  return new Response(body, { status, headers: { 'Content-Type': 'application/problem+json' } });
}
