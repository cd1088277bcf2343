import type { APIRoute } from 'astro';
import { signOut } from 'astro-gatehouse/server';
import { buildEndSessionUrl } from 'openid-client';
import { provider } from '../../lib/provider';

export const POST: APIRoute = async (context) => {
  const idToken = context.locals.session.get('idToken');
  await signOut(context);
  if (!idToken) return context.redirect('/', 303);
  // Otherwise the next click on the button would sign the visitor in again, without a question.
  const post_logout_redirect_uri = new URL('/', context.url).href;
  const address = buildEndSessionUrl(await provider(), { post_logout_redirect_uri, id_token_hint: idToken });
  return context.redirect(address.href, 303);
};
