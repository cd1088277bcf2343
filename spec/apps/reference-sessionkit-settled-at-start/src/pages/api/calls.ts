import { calls } from '../../storage';

export const GET = () => Response.json(calls);
