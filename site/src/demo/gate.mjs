/** @type {import('astro-gatehouse').GatehouseOptions} */
export const gate = {
  loginPath: '/demo/sign-in',
  forbiddenPath: { render: '/demo/no-entry' },
  protect: [
    // Anybody who is signed in.
    { pattern: '/demo/account' },
    { pattern: '/demo/admin', role: 'admin' },
  ],
  session: {
    idleTimeout: 30 * 60,
    absoluteTimeout: 2 * 3600,
    cookie: { path: '/demo' },
  },
};
