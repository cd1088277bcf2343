export const GET = () => new Response('healthy');
