import { defineGatehouse } from 'astro-gatehouse/server';
import { calls, myCustomStorage } from './storage';

type Options = Parameters<typeof defineGatehouse>[0];

const getContextStore = () => {
  calls.getContextStore += 1;
  return myCustomStorage.getStore();
};
/** All but the endpoints asks for a session. */
const behindEnter: Options = { globalProtect: true, loginPath: '/enter', exclude: ['/api/**'] };

const variants: Record<string, Options> = {
  open: {},
  rules: {
    protect: [
      { pattern: '/admin/users', permissions: ['users:read', 'users:write'] },
      {
        pattern: '/admin/**',
        role: 'admin',
        redirectTo: '/unauthorized',
      },
      { pattern: '/dashboard', roles: ['user', 'admin', 'moderator'] },
      { pattern: '/settings', permission: 'settings:write' },
      {
        pattern: '/premium/**',
        allow: (session) => {
          return session?.subscription === 'premium' && !session?.banned;
        },
      },
      { pattern: '/exact', role: 'admin' },
      { pattern: '/below/*', role: 'admin' },
      { pattern: '/all/**', role: 'admin' },
    ],
    debug: true,
  },
  examples: {
    protect: [
      { pattern: '/admin/**', role: 'admin', redirectTo: '/unauthorized' },
      { pattern: '/dashboard', roles: ['user', 'admin'] },
      { pattern: '/settings/**', permission: 'settings:access' },
      {
        pattern: '/premium/**',
        allow: (session) => session?.tier === 'premium',
      },
    ],
  },
  global: {
    loginPath: '/login',
    globalProtect: true,
    exclude: ['/', '/login', '/about', '/public/**', '/api/health'],
  },
  context: {
    ...behindEnter,
    runWithContext: (context, fn) => {
      calls.runWithContext += 1;
      return myCustomStorage.run(context, fn);
    },
    getContextStore,
  },
  'set-context': {
    ...behindEnter,
    setContextStore: (context) => {
      calls.setContextStore += 1;
      myCustomStorage.enterWith(context);
    },
    getContextStore,
  },
};

export default defineGatehouse(variants[process.env.GATEHOUSE_VARIANT ?? 'open'] ?? {});
