import type { APIRoute } from 'astro';
import { auth } from '../../../auth';

/** For Better Auth's own client, and for the providers that send visitors back to it. */
export const ALL: APIRoute = ({ request }) => auth.handler(request);
