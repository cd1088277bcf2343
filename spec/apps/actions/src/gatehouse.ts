import { defineGatehouse } from 'astro-gatehouse/server';

// Read when the server starts, so that one build is served either way.
const everything = {
  globalProtect: true,
  exclude: ['/', '/enter', '/witness', '/_actions/newsletter', '/_actions/admin.*'],
};

export default defineGatehouse(process.env.GLOBAL === 'yes' ? everything : {});
