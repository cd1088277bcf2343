import { CLOUDFLARE } from '../../astro/hosts/host-limits.js';
import { type ConfigFacts, type Facts, reportOf } from './facts.js';
import type { Finding } from './findings.js';

/** Adapters of platforms that pass Astro the address of a request. */
const KNOW_THE_ADDRESS = [CLOUDFLARE, '@astrojs/netlify', '@astrojs/vercel'];

/** Checks whether requests from other sites are refused, and requests from the site's own pages are not. */
export function checkOrigins(facts: Facts): Finding[] {
  const { config } = facts;
  if (!config) return [];
  // If the options are unknown, another problem must be fixed first.
  const hasCsrf = reportOf(facts)?.settings.csrf !== false;
  return [
    ...unchecked(config, hasCsrf),
    ...withoutName(config, hasCsrf),
    ...config.allowedDomains.flatMap(tooWide),
    ...trusted(config, trustedOrigins(facts)),
  ];
}

function trustedOrigins(facts: Facts): readonly string[] {
  const csrf = reportOf(facts)?.settings.csrf;
  return typeof csrf === 'object' ? (csrf.trustedOrigins ?? []) : [];
}

/** Checks whether trusted origins can send forms, and whether others can send requests in their names. */
function trusted({ checkOrigin }: ConfigFacts, origins: readonly string[]): Finding[] {
  const stopped: Finding[] = [
    {
      code: 'TRUSTED_ORIGINS_STOPPED',
      level: 'advice',
      problem:
        `csrf.trustedOrigins lists ${origins.join(', ')}, and security.checkOrigin of Astro, which does not know them, ` +
        'refuses their forms ("Cross-site POST form submissions are forbidden"). Other requests, such as JSON, pass.',
      cure: 'If pages there send forms, set security: { checkOrigin: false } in astro.config: csrf checks every request.',
      see: 'csrf',
    },
  ];
  const withoutTls = origins.filter(
    (origin) => origin.startsWith('http:') && !isOnThisMachine(new URL(origin).hostname),
  );
  return [
    ...(origins.length > 0 && checkOrigin ? stopped : []),
    ...withoutTls.map(
      (origin): Finding => ({
        code: 'TRUSTED_ORIGIN_WITHOUT_TLS',
        level: 'danger',
        problem:
          `csrf.trustedOrigins lists ${origin}: whoever controls a network between a visitor and that site can send requests ` +
          "in the visitor's name.",
        cure: `Serve it with TLS, and list ${origin.replace('http:', 'https:')}`,
        see: 'csrf',
      }),
    ),
  ];
}

function isOnThisMachine(hostname: string): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

function unchecked({ checkOrigin }: ConfigFacts, hasCsrf: boolean): Finding[] {
  if (checkOrigin || hasCsrf) return [];
  return [
    {
      code: 'NOBODY_CHECKS_ORIGINS',
      level: 'danger',
      problem:
        'csrf is false and security.checkOrigin is false, so nothing checks who sends a request: any other ' +
        "site can make your visitors' browsers send requests in their name.",
      cure: "Remove csrf: false from gatehouse({…}), and list what programs, and your other sites, send: csrf: { except: ['/webhooks/**'], trustedOrigins: ['https://app.example.com'] }",
      see: 'csrf',
    },
  ];
}

/**
 * Checks for an unknown name. Behind a proxy that ends TLS, Astro treats the site as `http://` unless its name is
 * configured.
 */
function withoutName({ site, adapter, allowedDomains, checkOrigin }: ConfigFacts, hasCsrf: boolean): Finding[] {
  if (adapter === undefined || KNOW_THE_ADDRESS.includes(adapter)) return [];
  if (site === undefined || !site.startsWith('https:') || !(checkOrigin || hasCsrf)) return [];
  if (allowedDomains.some(({ hostname }) => !isNameOfNobody(hostname))) return [];
  const refusals = [
    ...(checkOrigin ? ['Astro refuses forms ("Cross-site POST form submissions are forbidden")'] : []),
    ...(hasCsrf ? ['csrf refuses whatever comes from browsers that send no Sec-Fetch-Site'] : []),
  ];
  return [
    {
      code: 'NO_ALLOWED_DOMAINS',
      level: 'advice',
      problem:
        `site is ${new URL(site).origin}, and security.allowedDomains does not name it: behind a proxy that ends TLS ` +
        `Astro takes requests for http, and ${refusals.join(', and ')}.`,
      cure:
        'If there is such a proxy, write in astro.config: security: { allowedDomains: ' +
        `[{ protocol: 'https', hostname: '${new URL(site).hostname}' ` +
        `}] }, and have it send X-Forwarded-Proto and X-Forwarded-Host.`,
      see: 'proxy',
    },
  ];
}

function tooWide({ hostname }: ConfigFacts['allowedDomains'][number]): Finding[] {
  if (isNameOfNobody(hostname)) {
    return [
      {
        code: 'USELESS_ALLOWED_DOMAIN',
        level: 'advice',
        problem: `security.allowedDomains has the hostname '${hostname}', which Astro matches with no host.`,
        cure: "Write the site's own name: { protocol: 'https', hostname: 'shop.example' }",
        see: 'proxy',
      },
    ];
  }
  if (hostname && !/^\*{1,2}\.[^.]+\.?$/.test(hostname)) return [];
  const said = hostname ? `the hostname '${hostname}'` : 'an entry without a hostname';
  return [
    {
      code: 'WILD_ALLOWED_DOMAIN',
      level: 'danger',
      problem:
        `security.allowedDomains has ${said}: Astro then believes whatever host a request names in ` +
        'X-Forwarded-Host, and in X-Forwarded-For which address it comes from.',
      cure: "Write the site's own name in its place: { protocol: 'https', hostname: 'shop.example' }",
      see: 'proxy',
    },
  ];
}

/** Checks for a hostname that never matches: a star counts only with a dot after it. */
function isNameOfNobody(hostname: string | undefined): boolean {
  return hostname !== undefined && /^\*(?!\*?\.)/.test(hostname);
}
