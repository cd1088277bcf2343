import { createCookieSessionStorage } from 'astro-gatehouse/server';
import type { User } from './users';

export type SessionData = {
  count: number;
  user: User | null;
};

export const { getSession, commitSession, destroySession } = createCookieSessionStorage<SessionData>(
  { count: 0, user: null },
  {
    cookie: {
      name: '__session-id',
      path: '/',
      secret: process.env.SESSION_SECRET,
    },
  },
);
