import { checkBuild } from './check-build.js';
import { checkCookie } from './check-cookie.js';
import { checkOrigins } from './check-origins.js';
import { checkSecret } from './check-secret.js';
import { checkStore } from './check-store.js';
import { checkVersions } from './check-versions.js';
import type { Facts } from './facts.js';
import { type Finding, LEVELS } from './findings.js';

const CHECKS: readonly ((facts: Facts) => Finding[])[] = [
  checkVersions,
  checkBuild,
  checkSecret,
  checkOrigins,
  checkCookie,
  checkStore,
];
/**
 * Minimum length of a secret that is removed from texts. A shorter one could be part of any word, and no server starts
 * with it.
 */
const MIN_HIDDEN = 8;

/**
 * @returns All findings about a project, the worst first, without any secret, even if an error message contained it.
 */
export function examine(facts: Facts): Finding[] {
  const findings = CHECKS.flatMap((check) => check(facts));
  const rank = ({ level }: Finding) => LEVELS.indexOf(level);
  return findings.map((finding) => withoutSecrets(finding, facts)).sort((one, other) => rank(one) - rank(other));
}

function withoutSecrets(finding: Finding, { secret }: Facts): Finding {
  const values = (secret?.value ?? '').split(',').map((value) => value.trim());
  const problem = values
    .filter(({ length }) => length >= MIN_HIDDEN)
    .reduce((text, value) => text.replaceAll(value, '…'), finding.problem);
  return { ...finding, problem };
}
