export const GET = ({ url }) => {
  globalThis.ahead = (globalThis.ahead ?? 0) + Number(url.searchParams.get('milliseconds'));
  return new Response('later');
};
