/** Read when the server starts, so that one build is served with every store. A development server reloads it when it changes. */
export const store = process.env.STORE ?? 'cookie';
