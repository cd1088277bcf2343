import type { Visitor, VisitorData } from '../access/visitor.js';
import type { RequestScope } from '../container/request-scope.js';
import { Session } from '../session/session.js';

/** What `context.locals` carries. */
export interface GatehouseLocals {
  /** This visitor's values. */
  get session(): Session;
  /** A visitor whom a middleware of the application's own knows: adopted for this request. */
  set session(known: Session | VisitorData | null | undefined);
  /** The services of this request. */
  services: RequestScope;
  /** Who asks. */
  readonly visitor: Visitor;
}

/**
 * Puts a request's scope within reach of pages. A plain object assigned to `locals.session` (as an application's own
 * middleware may do that knows the visitor) is adopted for the request; `locals.session` stays what it was.
 */
export function putOnLocals(locals: object, scope: RequestScope): void {
  adoptFrom(scope.session, (locals as { session?: unknown }).session);
  Object.defineProperties(locals, {
    session: {
      get: () => scope.session,
      set: (value: unknown) => adoptFrom(scope.session, value),
      enumerable: true,
      configurable: true,
    },
    services: { value: scope, enumerable: true, configurable: true },
    visitor: {
      get: () => {
        scope.session.markUsed();
        return scope.visitor;
      },
      enumerable: true,
      configurable: true,
    },
  });
}

function adoptFrom(session: Session, value: unknown): void {
  if (value instanceof Session || value === undefined) return;
  session.adopt(typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {});
}
