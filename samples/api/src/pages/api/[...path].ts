import type { APIRoute } from 'astro';
import { problem } from '../../problem';

/** Answers everything else under `/api` in the form that programs expect. */
export const ALL: APIRoute = () => problem(404, 'Not Found');
