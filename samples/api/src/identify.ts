import type { Identify } from 'astro-gatehouse/server';
import { findKey } from './keys';

/** Names the visitor of a request with a key. A wrong key is a guest's, whatever session the browser sent. */
export const identify: Identify = ({ headers }) => {
  const authorization = headers.get('authorization');
  if (authorization === null) return undefined;
  const [, secret = ''] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  const key = findKey(secret);
  return key ? { userId: key.userId, permissions: key.scopes, via: 'api-key' } : null;
};
