import type { APIContext } from 'astro';
import { commitSession, getSession } from '../../session';
import { validateCredentials } from '../../users';

export async function POST({ request }: APIContext) {
  const session = await getSession(request);
  const formData = await request.formData();
  const email = formData.get('email');
  const password = formData.get('password');
  const user = await validateCredentials(email, password);
  if (!user) {
    session.flash('error', 'No such pair of email and password');
    return new Response(null, {
      status: 302,
      headers: {
        location: '/login',
        'set-cookie': await commitSession(session),
      },
    });
  }
  session.set('user', user);
  return new Response(null, {
    status: 302,
    headers: {
      location: '/dashboard',
      'set-cookie': await commitSession(session),
    },
  });
}
