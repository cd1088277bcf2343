import { InvalidVisitorError } from '../errors/index.js';

/** The values of a session that identify a signed-in visitor. Applications may add values of their own. */
export interface VisitorData {
  /** Identifies the user. A session without it belongs to a guest. */
  userId: string;
  email?: string | undefined;
  // Any string, because it comes from a database. The names that checks ask for are narrowed by AccessTypes.
  role?: string | undefined;
  roles?: readonly string[] | undefined;
  permissions?: readonly string[] | undefined;
  [key: string]: unknown;
}

/** A visitor whom `identify` of the setup module names. */
export interface IdentifiedVisitor extends VisitorData {
  /** How the visitor was identified, for security events and `visitor.via`: `api-key`. Default `identify`. */
  via?: string | undefined;
}

/**
 * How a visitor was identified. `session`: by the session of this package. `application`: by other code of the
 * application, such as a middleware that assigns `locals.session`. `identify`: by `identify`, which may give another name
 * in `via`.
 */
export type VisitorSource = 'session' | 'application' | 'identify' | (string & {});

declare global {
  namespace App {
    /**
     * Augment this interface to narrow the names of roles and permissions that checks accept, and to complete the
     * abilities of policies: `policies: typeof import('./policies').policies`.
     *
     * @example
     * declare namespace App {
     *   interface AccessTypes {
     *     role: 'admin' | 'editor';
     *     permission: 'posts:read' | 'posts:write';
     *   }
     * }
     */
    interface AccessTypes {}
  }
}

/** `App.AccessTypes`, for projects that augment the module instead. */
export interface AccessTypes extends App.AccessTypes {}

export type Role = AccessTypes extends { role: infer Name } ? Name & string : string;
export type Permission = AccessTypes extends { permission: infer Name } ? Name & string : string;

/** The sources of visitors who do not come from the session. Most do, and cost nothing here. */
const SOURCES = new WeakMap<Visitor, VisitorSource>();

/** Records how a visitor was identified. @returns The visitor. */
export function comingFrom(source: VisitorSource, visitor: Visitor): Visitor {
  SOURCES.set(visitor, source);
  return visitor;
}

/** The impersonators of visitors. */
const IMPERSONATORS = new WeakMap<Visitor, Readonly<VisitorData>>();

/** Records by whom a visitor is impersonated. @returns The visitor. */
export function impersonatedBy(impersonator: Readonly<VisitorData>, visitor: Visitor): Visitor {
  IMPERSONATORS.set(visitor, impersonator);
  return visitor;
}

/** Records that a visitor is identified, and impersonated, as an earlier one was. @returns The visitor. */
export function alike(earlier: Visitor, visitor: Visitor): Visitor {
  const { via, impersonator } = earlier;
  if (via !== 'session') comingFrom(via, visitor);
  return impersonator ? impersonatedBy(impersonator, visitor) : visitor;
}

/** The user behind a request: a guest or a signed-in user. Every request has a visitor, so no code has to check for null. */
export class Visitor {
  // Arrays, because they are short and a visitor is created with every request.
  readonly #roles: readonly string[];
  readonly #permissions: readonly string[];

  /**
   * @param session The values that identify a signed-in visitor; `null` for a guest.
   * @param roles Every role that counts in checks, those of `session.role` and `session.roles` included.
   * @param permissions Every permission that counts in checks.
   */
  constructor(
    readonly session: Readonly<VisitorData> | null = null,
    roles: readonly string[] = [],
    permissions: readonly string[] = [],
  ) {
    this.#roles = [...roles];
    this.#permissions = [...permissions];
  }

  /** The `userId`; `undefined` for a guest. */
  get id(): string | undefined {
    return this.session?.userId;
  }

  /** How the visitor was identified: `session`, or the name that `identify` gave, such as `api-key`. */
  get via(): VisitorSource {
    return SOURCES.get(this) ?? 'session';
  }

  /** The data of the person who impersonates this user; `undefined` when the user themselves sent the request. */
  get impersonator(): Readonly<VisitorData> | undefined {
    return IMPERSONATORS.get(this);
  }

  get isGuest(): boolean {
    return this.session === null;
  }

  get roles(): readonly string[] {
    return [...new Set(this.#roles)];
  }

  get permissions(): readonly string[] {
    return [...new Set(this.#permissions)];
  }

  hasRole(role: Role): boolean {
    return this.#roles.includes(role);
  }

  /** Checks whether the visitor has a permission. `posts:*` grants every permission that begins with `posts:`, `*` grants all. */
  hasPermission(permission: Permission): boolean {
    return this.#permissions.some((held) => grants(held, permission));
  }

  hasAllPermissions(...permissions: Permission[]): boolean {
    return permissions.every((permission) => this.hasPermission(permission) === true);
  }

  hasAnyPermission(...permissions: Permission[]): boolean {
    return permissions.some((permission) => this.hasPermission(permission) === true);
  }
}

function grants(held: string, asked: string): boolean {
  if (held === asked || held === '*') return true;
  return held.endsWith(':*') && asked.startsWith(held.slice(0, -1));
}

/** Maximum number of characters, or of entries in a list. More would be a burden for every request. */
const LONGEST_ID = 255;
const LONGEST_EMAIL = 320;
const LONGEST_ROLE = 100;
const LONGEST_SOURCE = 100;
const MOST_ROLES = 100;
const LONGEST_PERMISSION = 200;
const MOST_PERMISSIONS = 500;

/** A fault in a visitor's data: the key of the wrong value, and what that value must be. */
interface VisitorFault {
  readonly key: string;
  readonly expected: string;
}

/** @throws {InvalidVisitorError} For the first value of a wrong type or size, which it names. */
export function assertVisitorData(values: Partial<VisitorData>): asserts values is VisitorData {
  const fault = visitorFault(values);
  if (fault) throw new InvalidVisitorError(fault.key, fault.expected);
}

/** Finds the first value of a wrong type or size; `undefined` when every value is right. */
export function visitorFault(values: Readonly<Record<string, unknown>>): VisitorFault | undefined {
  const { userId, email, role, roles, permissions } = values;
  const faults = {
    userId: idFault(userId),
    email: textFault(email, LONGEST_EMAIL),
    role: textFault(role, LONGEST_ROLE),
    roles: listFault(roles, MOST_ROLES, LONGEST_ROLE),
    permissions: listFault(permissions, MOST_PERMISSIONS, LONGEST_PERMISSION),
  };
  const [found] = Object.entries(faults).flatMap(([key, expected]) => (expected ? [{ key, expected }] : []));
  return found;
}

/** Finds the first wrong value of a visitor whom `identify` named. */
export function identifiedFault(values: Readonly<Record<string, unknown>>): VisitorFault | undefined {
  const fault = visitorFault(values);
  if (fault || values.via === undefined || isVisitorSource(values.via)) return fault;
  return { key: 'via', expected: `a string of 1 to ${LONGEST_SOURCE} characters, and not "session"` };
}

/** Checks for a name that `identify` may give itself. A session is identified by its cookie alone. */
export function isVisitorSource(via: unknown): via is VisitorSource {
  return typeof via === 'string' && via !== '' && via.length <= LONGEST_SOURCE && via !== 'session';
}

function idFault(id: unknown): string | undefined {
  if (typeof id !== 'string' || id.trim() === '') return 'a non-empty string';
  return textFault(id, LONGEST_ID);
}

function textFault(text: unknown, longest: number): string | undefined {
  if (text === undefined || text === null) return undefined;
  if (typeof text !== 'string') return 'a string';
  return text.length > longest ? `a string of at most ${longest} characters` : undefined;
}

function listFault(list: unknown, most: number, longest: number): string | undefined {
  if (list === undefined || list === null) return undefined;
  if (!Array.isArray(list) || !list.every((entry) => typeof entry === 'string')) return 'an array of strings';
  if (list.length > most) return `an array of at most ${most} strings`;
  return list.some((text) => text.length > longest)
    ? `an array of strings of at most ${longest} characters each`
    : undefined;
}
