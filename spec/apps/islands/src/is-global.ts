// Read when the server starts, so that one build is served either way.
export const isGlobal = process.env.GLOBAL === 'yes';
