import {
  authorize,
  can,
  csrfToken,
  FlashBag,
  fieldErrors,
  flashMessages,
  getSession,
  hasPermission,
  hasRole,
  isAuthenticated,
  oldInput,
  RequestScope,
  Session,
  Visitor,
} from 'astro-gatehouse/server';
import { Greeting } from '../greeting';

/** Ways in which an answer can come to depend on the visitor. */
const WAYS: Record<string, (locals: App.Locals) => unknown> = {
  'session.get': ({ session }) => session.get('userId'),
  'session.has': ({ session }) => session.has('userId'),
  'session.all': ({ session }) => session.all(),
  'session.id': ({ session }) => session.id,
  'session.isNew': ({ session }) => session.isNew,
  'session.createdAt': ({ session }) => session.createdAt,
  'session.signedInAt': ({ session }) => session.signedInAt,
  'session.expiresAt': ({ session }) => session.expiresAt,
  'session.flash': ({ session }) => session.flash('notice'),
  'flashes.peek': ({ session }) => session.flashes.peek('notice'),
  'flashes.has': ({ services }) => services.get(FlashBag).has('notice'),
  'flashes.isEmpty': ({ session }) => session.flashes.isEmpty,
  'locals.visitor': ({ visitor }) => visitor.id,
  'services.get(Visitor)': ({ services }) => services.get(Visitor).id,
  'services.get(Session)': ({ services }) => services.get(Session).get('userId'),
  'services.get(RequestScope)': ({ services }) => services.get(RequestScope).visitor.id,
  'a service of the request': ({ services }) => services.get(Greeting).text,
  'services.visitor': ({ services }) => services.visitor.id,
  'services.resolveVisitor()': async ({ services }) => (await services.resolveVisitor()).id,
  'getSession()': () => getSession(),
  'isAuthenticated()': () => isAuthenticated(),
  'hasRole()': () => hasRole('staff'),
  'hasPermission()': () => hasPermission('posts:read'),
  'can()': () => can({ role: 'staff' }),
  'authorize()': () => authorize().catch(() => undefined),
  'csrfToken()': () => csrfToken(),
  'flashMessages()': () => flashMessages(),
  'oldInput()': () => oldInput('email'),
  'fieldErrors()': () => fieldErrors('email'),
  'session.contents()': ({ session }) => session.contents(),
  'visitor of a copy of locals': (locals) => ({ ...locals }).visitor?.id,
};

/** The same, where there is nothing to learn of a guest. */
const OF_MEMBERS: typeof WAYS = {
  signedInFor: ({ services }) => services.request?.signedInFor,
};

/** Says of itself what the query says, and asks for the visitor in the way that the query names. */
export const GET = async ({ url, locals }: { url: URL; locals: App.Locals }) => {
  const way = url.searchParams.get('way');
  if (way !== null) await (WAYS[way] ?? OF_MEMBERS[way])?.(locals);
  const policy = url.searchParams.get('policy');
  return new Response(JSON.stringify(Object.keys(WAYS)), {
    headers: policy === null ? {} : { 'Cache-Control': policy },
  });
};
