import type { APIRoute } from 'astro';
import { beginSignIn, safeReturnTo, signIn, takeSignIn } from 'astro-gatehouse/server';
import { authorizationCodeGrant, buildAuthorizationUrl } from 'openid-client';
import { provider } from '../../lib/provider';

/** The button: the visitor leaves for the provider. */
export const POST: APIRoute = async (context) => {
  const { parameters } = await beginSignIn({ provider: 'sample' }, context);
  const redirect_uri = context.url.origin + context.url.pathname;
  const address = buildAuthorizationUrl(await provider(), { redirect_uri, scope: 'openid email', ...parameters });
  return context.redirect(address.href, 303);
};

/** The provider sends the visitor back. */
export const GET: APIRoute = async (context) => {
  const pending = await takeSignIn({ provider: 'sample' }, context);
  if (!pending || context.url.searchParams.has('error')) return context.redirect('/login?problem=provider', 303);
  const checks = { expectedState: pending.state, expectedNonce: pending.nonce, pkceCodeVerifier: pending.codeVerifier };
  const tokens = await authorizationCodeGrant(await provider(), context.url, checks);
  const user = tokens.claims();
  if (!user) throw new Error('The provider sent no ID token.');
  await signIn({ userId: `sample:${user.sub}`, email: String(user.email) }, context);
  context.locals.session.set('idToken', tokens.id_token ?? '');
  return context.redirect(safeReturnTo('/account', context), 303);
};
