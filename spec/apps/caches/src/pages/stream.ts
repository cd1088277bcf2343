import type { APIRoute } from 'astro';

/** A body whose parts are made when they are asked for, the last of which asks for the visitor. */
export const GET: APIRoute = ({ locals, url }) => {
  const policy = url.searchParams.get('policy');
  const parts = [() => 'for ', () => (url.searchParams.has('ask') ? locals.visitor.id : 'everybody')];
  const body = new ReadableStream({
    async pull(controller) {
      await new Promise((wake) => setTimeout(wake, 5));
      const part = parts.shift();
      if (part) controller.enqueue(new TextEncoder().encode(part()));
      else controller.close();
    },
  });
  return new Response(body, { headers: policy === null ? {} : { 'Cache-Control': policy } });
};
