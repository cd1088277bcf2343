import { Visitor } from '../../lib/access/visitor.js';

/** Nobody is signed in. */
export function guest(): Visitor {
  return new Visitor();
}

/** Ada, signed in, who may do what everybody may. */
export function member(roles: readonly string[] = ['user'], permissions: readonly string[] = []): Visitor {
  return new Visitor({ userId: 'ada', email: 'ada@example.com' }, roles, permissions);
}

/** Grace, who looks after the site. */
export function admin(): Visitor {
  return new Visitor({ userId: 'grace' }, ['admin'], ['users:read', 'users:write']);
}
