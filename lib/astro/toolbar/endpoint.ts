import type { APIRoute } from 'astro';
import { gatehouse } from '../started.js';

/** Where pipelines of the project's own leave out the middleware, which answers otherwise. */
export const ALL: APIRoute = async (context) =>
  (await gatehouse.devTools?.answer(context)) ?? new Response(null, { status: 404 });
