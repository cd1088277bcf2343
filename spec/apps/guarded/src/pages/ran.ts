import type { APIRoute } from 'astro';
import { ran } from '../actions';

/** The actions that ran since this was asked last. */
export const GET: APIRoute = () => Response.json(ran.splice(0));
