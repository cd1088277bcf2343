import type { APIRoute } from 'astro';
import { gatehouse } from '../start/started.js';

/** Answers the toolbar where a pipeline of the application's own leaves out the middleware, which normally answers. */
export const ALL: APIRoute = async (context) =>
  (await gatehouse.devTools?.answer(context)) ?? new Response(null, { status: 404 });
