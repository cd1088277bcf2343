/** Where Astro answers calls of actions, and sends server islands, without the site's base. */
const ACTIONS = '/_actions/';
const ISLANDS = '/_server-islands/';

/** The path that stands for an action in rules, however it is called: `/_actions/admin.remove`. */
export function actionPath(name: string): string {
  return ACTIONS + name;
}

/** The path under which a server island is fetched: `/_server-islands/AdminPanel`. */
export function islandPath(component: string): string {
  return ISLANDS + component;
}

/**
 * @param written As it stands in a path or a form: its parts may be encoded, and a slash may follow.
 * @returns The name by which Astro looks the action up.
 * @throws {URIError} For what cannot be decoded, and so is no action's name.
 */
export function canonicalActionName(written: string): string {
  return written.replace(/\/$/, '').split('.').map(decodeURIComponent).join('.');
}

/** Whether a path is one that Astro itself serves and nobody opens as a page. @param base The site's base. */
export function isInternalPath(pathname: string, base: string): boolean {
  return [ACTIONS, ISLANDS, '/_image', '/_astro/'].some((start) => pathname.startsWith(base + start));
}
