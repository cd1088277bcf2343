import type { GrantedRoles } from '../access-options.js';

/** Roles and permissions as lists. */
interface ListedRoles {
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
}

/** Returns what `rolesFor` has granted as lists, whichever form it has. */
export function listedRoles(granted: GrantedRoles): ListedRoles {
  const { roles, permissions } = isDetailed(granted) ? granted : { roles: granted, permissions: undefined };
  return { roles: [roles ?? []].flat(), permissions: [permissions ?? []].flat() };
}

/** @throws {TypeError} For an answer of `rolesFor` that is none: a forgotten `await` must not look like no roles. */
export function checkedRoles(granted: GrantedRoles): GrantedRoles {
  const { roles, permissions } = listedRoles(granted);
  const all: readonly unknown[] = [...roles, ...permissions];
  const isNamed = (key: string) => key === 'roles' || key === 'permissions';
  // A Set has no keys, and would look like no roles.
  const isKnown = !isDetailed(granted) || (!(Symbol.iterator in granted) && Object.keys(granted).every(isNamed));
  if (isKnown && all.every((text) => typeof text === 'string')) return granted;
  throw new TypeError('It gave neither roles, nor { roles, permissions }, nor null.');
}

function isDetailed(
  granted: GrantedRoles,
): granted is Exclude<GrantedRoles, string | readonly string[] | null | undefined> {
  return typeof granted === 'object' && granted !== null && !Array.isArray(granted);
}
