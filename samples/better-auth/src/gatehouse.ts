import { defineGatehouse } from 'astro-gatehouse/server';
import { auth } from './auth';

export default defineGatehouse({
  // Better Auth knows who somebody is; nobody signs in to a session of this package.
  identify: async ({ headers }) => {
    const found = await auth.api.getSession({ headers });
    if (!found) return null;
    const { id, email, name, role } = found.user;
    return { userId: id, email, name, role, via: 'better-auth' };
  },
});
