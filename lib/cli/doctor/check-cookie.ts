import { InvalidOptionsError } from '../../errors/index.js';
import { SessionConfig } from '../../session/session-config.js';
import { type Facts, reportOf } from './facts.js';
import type { Finding } from './findings.js';

/** Finds weak settings of the session cookie in production. */
export function checkCookie(facts: Facts): Finding[] {
  const settings = reportOf(facts)?.settings;
  const config = settings && settledFrom(settings.session);
  if (!config) return [];
  const { secure, sameSite, partitioned } = config.cookie;
  const findings: Finding[] = [];
  if (!secure) {
    findings.push({
      code: 'COOKIE_NOT_SECURE',
      level: 'danger',
      problem:
        'session.cookie.secure is false: in production, anybody who can read a request without TLS can read the ' +
        'session.',
      cure:
        'Remove secure: false from session.cookie; by default the cookie is secure in production, and not in ' +
        'development.',
      see: 'cookie',
    });
  }
  const { site } = facts.config ?? {};
  if (secure && site?.startsWith('http:') && !/^(?:localhost|127\.)/.test(new URL(site).hostname)) {
    findings.push({
      code: 'COOKIE_NEEDS_TLS',
      level: 'danger',
      problem:
        `site is ${new URL(site).origin}, where browsers drop the session's cookie because it is Secure: ` +
        `nobody stays signed in.`,
      cure:
        'Serve the site over https, and write that in site; or, on a trusted network, session: { cookie: { ' +
        'secure: false } }',
      see: 'cookie',
    });
  }
  const isChecked = settings.csrf !== false;
  // A partitioned cookie has no other use than frames of other sites.
  if (sameSite === 'none' && !(partitioned && isChecked)) {
    findings.push({
      code: 'COOKIE_FOR_OTHER_SITES',
      level: isChecked ? 'advice' : 'danger',
      problem:
        "session.cookie.sameSite is 'none': browsers send the session with requests that other sites cause" +
        `${isChecked ? ', and csrf alone keeps those out.' : ', and csrf is false.'}`,
      cure:
        `Write sameSite: 'lax'${isChecked ? '' : ', or take csrf: false out'}, unless the site is shown in ` +
        `frames of other sites.${partitioned ? '' : ' For these, add partitioned: true: many browsers send no other cookie there.'}`,
      see: 'cookie',
    });
  }
  if (secure && !/^__Host-/i.test(config.cookieName)) {
    findings.push({
      code: 'COOKIE_WITHOUT_HOST_PREFIX',
      level: 'advice',
      problem:
        `${reasonAgainstPrefix(config)}, so the cookie cannot be called __Host-…: other hosts of the same ` +
        `domain can put one of theirs in its place.`,
      cure: 'Take that out of session.cookie, unless it has to be shared with other hosts, or kept from other paths.',
      see: 'cookie',
    });
  }
  return findings;
}

function reasonAgainstPrefix({ cookie: { domain, path }, cookieName }: SessionConfig): string {
  if (domain !== undefined) return `session.cookie.domain is ${domain}`;
  return path === '/' ? `session.cookie.name is ${cookieName}` : `session.cookie.path is ${path}`;
}

/** @returns `undefined` for invalid options, which the build has already reported. */
function settledFrom(options: Parameters<typeof SessionConfig.from>[0]): SessionConfig | undefined {
  try {
    return SessionConfig.from(options, { isProduction: true });
  } catch (error) {
    if (error instanceof InvalidOptionsError) return undefined;
    throw error;
  }
}
