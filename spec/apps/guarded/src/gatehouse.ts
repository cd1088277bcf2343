import { defineGatehouse } from 'astro-gatehouse/server';

/** Read when the server starts: one build is served with many rules. */
export default defineGatehouse(JSON.parse(process.env.RULES ?? '{}'));
