import type { APIRoute } from 'astro';
import { answers } from '../../domain/answers';

export const GET: APIRoute = () => Response.json(answers());
