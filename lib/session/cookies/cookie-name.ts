import type { CookieAttributes } from './cookie-jar.js';

type Attributes = Omit<CookieAttributes, 'maxAge'>;

const STEM = 'gatehouse';
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const ATTRIBUTE_VALUE = /^[\x20-\x3a\x3c-\x7e]*$/;

/** Checks whether browsers let only this host set a cookie of this name, and store at most one. */
export function isHostCookie(name: string): boolean {
  return /^__Host-/i.test(name);
}

/**
 * Returns the default name, without a prefix. @param applicationId Letters and digits that distinguish the
 * application from others on its host, if it has any.
 */
export function defaultCookieName(applicationId: string | undefined): string {
  return applicationId === undefined ? STEM : `${STEM}-${applicationId}`;
}

/**
 * Returns the names that the session's cookie may have had before: without the suffix that distinguishes the
 * application from others, and with the prefix that it had before `domain` or `path` was set. Whoever can set one of
 * them can also set the current cookie.
 *
 * @param current The cookie's current name; `name` is its part after the prefix.
 */
export function formerCookieNames(current: string, name: string, isDefault: boolean): readonly string[] {
  const prefix = current.slice(0, current.length - name.length);
  const prefixes = prefix === '__Secure-' ? [prefix, '__Host-'] : [prefix];
  const names = isDefault ? [name, STEM] : [name];
  const all = prefixes.flatMap((each) => names.map((behind) => each + behind));
  return [...new Set(all)].filter((former) => former !== current);
}

/**
 * Returns one sentence for each problem of a cookie's name and attributes. @see RFC 6265bis 4.1.3 for the prefixes,
 * which browsers compare case-insensitively; 4.1.1 for the characters.
 */
export function cookieProblems(name: string, attributes: Attributes): string[] {
  const { path, domain, sameSite, secure, partitioned } = attributes;
  const problems: string[] = [];
  if (!NAME.test(name)) {
    problems.push("session.cookie.name must contain only letters, digits and !#$%&'*+-.^_`|~");
  }
  if (!path.startsWith('/') || !ATTRIBUTE_VALUE.test(path)) {
    problems.push('session.cookie.path must begin with "/" and contain neither ";" nor control characters');
  }
  if (domain !== undefined && !/^\.?(?=.*[A-Za-z])[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/.test(domain)) {
    problems.push('session.cookie.domain must be a host name');
  }
  if ((sameSite === 'none' || partitioned) && !secure) {
    const option = partitioned ? 'partitioned' : 'sameSite "none"';
    problems.push(`session.cookie.${option} is ignored by browsers unless session.cookie.secure is true`);
  }
  if (partitioned && sameSite !== 'none') {
    problems.push(
      'session.cookie.partitioned is for frames of other sites, to which browsers send no cookie with ' +
        `sameSite "${sameSite}": set session.cookie.sameSite to 'none'`,
    );
  }
  if (isHostCookie(name) && (!secure || path !== '/' || domain !== undefined)) {
    problems.push('session.cookie.name begins with "__Host-", which needs secure: true, path "/" and no domain');
  }
  if (/^__(?:Secure|Http)-/i.test(name) && !secure) {
    problems.push(
      `session.cookie.name begins with "${name.slice(0, name.indexOf('-') + 1)}", which needs secure: true`,
    );
  }
  return problems;
}

/**
 * Returns the `SameSite` of a short-lived cookie beside the session's. It must be sent with the link or the redirect
 * that leads back from another site, and to every frame to which the session's cookie is sent.
 */
export function besideSession({ sameSite }: Pick<Attributes, 'sameSite'>): 'lax' | 'none' {
  return sameSite === 'none' ? 'none' : 'lax';
}

/** Adds the strongest prefix that these attributes allow. */
export function withPrefix(name: string, { secure, path, domain }: Attributes): string {
  if (!secure || /^__(Host|Secure)-/i.test(name)) return name;
  return `${path === '/' && domain === undefined ? '__Host-' : '__Secure-'}${name}`;
}
