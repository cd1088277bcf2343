import type { AccessDecision } from '../access/access-decision.js';
import type { Visitor, VisitorData } from '../access/visitor.js';
import type { RequestScope } from '../container/request-scope.js';
import { draftOf, type Session } from '../session/session.js';

/** What `context.locals` carries. */
export interface GatehouseLocals {
  /** This visitor's values; or, once a middleware of the application's own has assigned something to it, just that. */
  get session(): Session;
  /** A visitor whom a middleware of the application's own knows, or `null` for a guest: counts for this request. */
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

const OURS: PropertyDescriptor & ThisType<Scoped> = {
  get() {
    return this[SCOPE].shown;
  },
  set(known: unknown) {
    this[SCOPE].adopt(known, true);
  },
  enumerable: true,
  configurable: true,
};

/** The same for every request, because making them anew would cost every request. */
const PROPERTIES: PropertyDescriptorMap & ThisType<Scoped> = {
  session: OURS,
  services: {
    get() {
      return this[SCOPE];
    },
    enumerable: true,
    configurable: true,
  },
  visitor: {
    get() {
      draftOf(this[SCOPE].session).isUsed = true;
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
 * Puts a request's scope within reach of pages. What is assigned to `locals.session`, as an application's own middleware
 * may do that knows the visitor, is what pages get there; so is what came with `locals`, from where the server is called.
 */
export function putOnLocals(locals: object, scope: RequestScope): void {
  const { session: given } = locals as { session?: unknown };
  (locals as Scoped)[SCOPE] = scope;
  Object.defineProperties(locals, PROPERTIES);
  if (given !== undefined) scope.adopt(given, true);
}

/**
 * Takes over what the application has put in the place of `locals.session` without assigning it: a property of its own, as
 * by `Object.defineProperty`, or nothing. From then on it is as if that had been assigned.
 */
export function hearLocals(locals: object, scope: RequestScope): void {
  const own = Object.getOwnPropertyDescriptor(locals, 'session');
  if (own?.get === OURS.get) return;
  const { session: known } = locals as { session?: unknown };
  if (own?.configurable !== false) Object.defineProperty(locals, 'session', OURS);
  scope.adopt(known, true);
}
