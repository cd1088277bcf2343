import { defineGatehouse } from 'astro-gatehouse/server';

// Read when the server starts, so that one build is served either way.
const everything = { globalProtect: true, exclude: ['/', '/enter', '/_server-islands/Weather'] };

export default defineGatehouse(process.env.GLOBAL === 'yes' ? everything : {});
