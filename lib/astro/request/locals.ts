import type { AccessDecision } from '../../access/access-decision.js';
import type { Visitor, VisitorData } from '../../access/visitor.js';
import type { RequestScope, ScopedRequest } from '../../container/request-scope.js';
import type { Session } from '../../session/session.js';

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

/** Where a request is kept: a WeakMap would do the same, and cost the garbage collector more than the rest. */
const REQUEST = Symbol('astro-gatehouse.request');

interface Held {
  [REQUEST]?: ScopedRequest;
}

const SESSION: PropertyDescriptor & ThisType<Required<Held>> = {
  get() {
    return this[REQUEST].shown;
  },
  set(known: unknown) {
    this[REQUEST].identity.adopt(known, true);
  },
  enumerable: true,
  configurable: true,
};

/** The same for every request, because creating them anew would cost every request. */
const PROPERTIES = Object.entries<PropertyDescriptor & ThisType<Required<Held>>>({
  session: SESSION,
  services: {
    get() {
      return this[REQUEST].scope;
    },
    enumerable: true,
    configurable: true,
  },
  visitor: {
    get() {
      return this[REQUEST].scope.visitor;
    },
    enumerable: true,
    configurable: true,
  },
  decision: {
    get() {
      return this[REQUEST].verdict?.decision;
    },
    enumerable: true,
    configurable: true,
  },
});

/** The request that `locals` belongs to, if it has come to the first middleware. */
export function requestIn(locals: object): ScopedRequest | undefined {
  return (locals as Held)[REQUEST];
}

/**
 * Puts a request within reach of pages. What is assigned to `locals.session`, as an application's own middleware may do
 * that knows the visitor, is what pages get there.
 *
 * @returns The visitor who came with `locals`, from where the server is called; `undefined` for none. Whoever adopts them
 *   has opened the session, which stands aside for them.
 */
export function putOnLocals(locals: object, request: ScopedRequest): unknown {
  const { session: given } = locals as { session?: unknown };
  (locals as Held)[REQUEST] = request;
  for (const [name, property] of PROPERTIES) Object.defineProperty(locals, name, property);
  return given;
}

/**
 * Takes over what the application has put in the place of `locals.session` without assigning it: a property of its own, as
 * by `Object.defineProperty`, or nothing. From then on it is as if that had been assigned.
 */
export function hearLocals(locals: object, request: ScopedRequest): void {
  const own = Object.getOwnPropertyDescriptor(locals, 'session');
  if (own?.get === SESSION.get) return;
  const { session: known } = locals as { session?: unknown };
  if (own?.configurable !== false) Object.defineProperty(locals, 'session', SESSION);
  request.identity.adopt(known, true);
}
