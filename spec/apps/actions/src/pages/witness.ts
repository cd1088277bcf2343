import type { APIRoute } from 'astro';
import { noted } from '../noted';

export const GET: APIRoute = () => Response.json(noted.splice(0));
