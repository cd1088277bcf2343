import { defineMiddleware } from 'astro:middleware';

export const onRequest = defineMiddleware((context, next) => {
  const { pathname } = context.url;
  if (pathname === '/sneak') return next('/private/page');
  if (pathname === '/rewritten-by-middleware') return context.rewrite('/show');
  if (pathname === '/set-in-middleware') context.locals.session.set('by', 'middleware');
  return next();
});
