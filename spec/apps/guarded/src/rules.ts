/** Read when the server starts, so that one build is served with many rules. A development server reloads it when it changes. */
export const rules = process.env.RULES ?? '{}';
