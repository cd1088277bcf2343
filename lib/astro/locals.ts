import type { AccessDecision } from '../access/access-decision.js';
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
  readonly services: RequestScope;
  /** Who asks. */
  readonly visitor: Visitor;
  /** What the guard decided, and by which rule; `undefined` where nobody had to be asked. */
  readonly decision: AccessDecision | undefined;
}

/** Where the scope is kept that the properties below tell about. */
const SCOPE = Symbol('astro-gatehouse.scope');

interface Scoped {
  [SCOPE]: RequestScope;
}

/** The same for every request, because making them anew would cost every request. */
const PROPERTIES: PropertyDescriptorMap & ThisType<Scoped> = {
  session: {
    get() {
      return this[SCOPE].session;
    },
    set(known: unknown) {
      adoptFrom(this[SCOPE].session, known);
    },
    enumerable: true,
    configurable: true,
  },
  services: {
    get() {
      return this[SCOPE];
    },
    enumerable: true,
    configurable: true,
  },
  visitor: {
    get() {
      this[SCOPE].session.markUsed();
      return this[SCOPE].visitor;
    },
    enumerable: true,
    configurable: true,
  },
  decision: {
    get() {
      return this[SCOPE].decision;
    },
    enumerable: true,
    configurable: true,
  },
};

/**
 * Puts a request's scope within reach of pages. A plain object assigned to `locals.session` (as an application's own
 * middleware may do that knows the visitor) is adopted for the request; `locals.session` stays what it was.
 */
export function putOnLocals(locals: object, scope: RequestScope): void {
  const { session } = locals as { session?: unknown };
  (locals as Scoped)[SCOPE] = scope;
  Object.defineProperties(locals, PROPERTIES);
  adoptFrom(scope.session, session);
}

function adoptFrom(session: Session, value: unknown): void {
  if (value instanceof Session || value === undefined) return;
  session.adopt(typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {});
}
