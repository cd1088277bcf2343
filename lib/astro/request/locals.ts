import type { AccessDecision } from '../../access/access-decision.js';
import type { Visitor, VisitorData } from '../../access/visitor.js';
import type { RequestScope, ScopedRequest } from '../../container/scope/request-scope.js';
import type { Session } from '../../session/session.js';

/** The properties that the package adds to `context.locals`. */
export interface GatehouseLocals {
  /**
   * The visitor's session; or, after a middleware of the application has assigned something to this property, that
   * value.
   */
  get session(): Session;
  /**
   * Names a visitor whom a middleware of the application knows, or `null` for a guest. Applies to this request only.
   */
  set session(known: Session | VisitorData | null | undefined);
  /** The services of this request. */
  readonly services: RequestScope;
  /** The visitor. */
  readonly visitor: Visitor;
  /** The guard's decision, and the rule that led to it; `undefined` when nothing was checked. */
  readonly decision: AccessDecision | undefined;
}

/**
 * The key under which `locals` holds its request. A WeakMap would work too, but costs the garbage collector more than
 * everything else here.
 */
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

/** The property descriptors, shared by all requests, because creating them for each request would cost time. */
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

/** Returns the request that `locals` belongs to, if the first middleware has seen it. */
export function requestIn(locals: object): ScopedRequest | undefined {
  return (locals as Held)[REQUEST];
}

/**
 * Makes a request accessible to pages. A middleware that knows the visitor may assign to `locals.session`; pages then
 * read the assigned value.
 *
 * @returns The visitor whom the caller of the server put on `locals`; `undefined` for none. Adopt them only after the
 *   session was opened, because the session then stands aside for them.
 */
export function putOnLocals(locals: object, request: ScopedRequest): unknown {
  // An error page may have the locals of the page that failed.
  const given = requestIn(locals) ? undefined : (locals as { session?: unknown }).session;
  (locals as Held)[REQUEST] = request;
  for (const [name, property] of PROPERTIES) Object.defineProperty(locals, name, property);
  return given;
}

/**
 * Takes over a value that the application has put in the place of `locals.session` without an assignment: by
 * `Object.defineProperty`, or by deleting the property. From then on it counts as assigned.
 */
export function hearLocals(locals: object, request: ScopedRequest): void {
  const own = Object.getOwnPropertyDescriptor(locals, 'session');
  if (own?.get === SESSION.get) return;
  const { session: known } = locals as { session?: unknown };
  if (own?.configurable !== false) Object.defineProperty(locals, 'session', SESSION);
  request.identity.adopt(known, true);
}
