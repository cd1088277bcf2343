import { defineMiddleware } from 'astro:middleware';

/** Origins whose pages may use the API. They send a key, and no cookies, so they are not allowed any. */
const ORIGINS = ['https://app.example.com'];

export const onRequest = defineMiddleware(async ({ request, url }, next) => {
  const origin = request.headers.get('origin') ?? '';
  if (!url.pathname.startsWith('/api/') || !ORIGINS.includes(origin)) return next();
  const isPreflight = request.method === 'OPTIONS' && request.headers.has('access-control-request-method');
  const answer = isPreflight ? new Response(null, { status: 204 }) : await next();
  answer.headers.set('Access-Control-Allow-Origin', origin);
  answer.headers.append('Vary', 'Origin');
  answer.headers.set('Access-Control-Expose-Headers', 'WWW-Authenticate');
  if (isPreflight) {
    answer.headers.set('Access-Control-Allow-Methods', 'GET, POST, DELETE');
    answer.headers.set('Access-Control-Allow-Headers', 'Authorization, Content-Type');
  }
  return answer;
});
