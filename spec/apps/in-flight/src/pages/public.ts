export const GET = () => new Response('for all', { headers: { 'cache-control': 'public, max-age=60' } });
