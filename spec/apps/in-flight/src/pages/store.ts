import type { APIRoute } from 'astro';
import { store } from '../gatehouse';

/** Read from where the options are, so that what is told is what applies. */
export const GET: APIRoute = () => new Response(store);
