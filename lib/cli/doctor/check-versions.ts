import { chosenStore } from '../../astro/options/store-choice.js';
import type { Facts } from './facts.js';
import { reportOf } from './facts.js';
import type { Finding } from './findings.js';

/** The first Node version that has SQLite without a flag. */
const NODE_WITH_SQLITE = '>=22.13.0';

/** Checks whether Node and Astro are new enough. */
export function checkVersions(facts: Facts): Finding[] {
  const { nodeVersion, astroVersion, ranges } = facts;
  const findings: Finding[] = [];
  const report = reportOf(facts);
  const needsSqlite = report !== undefined && chosenStore(report.settings).use === 'sqlite';
  const nodeRange = needsSqlite ? NODE_WITH_SQLITE : ranges.node;
  if (!isWithin(nodeVersion, nodeRange)) {
    findings.push({
      code: 'NODE_TOO_OLD',
      level: 'danger',
      problem:
        `This is Node ${nodeVersion}, and ${needsSqlite ? 'the store sqlite' : 'the package'} needs ` + `${nodeRange}.`,
      cure: 'Install a newer Node, here and where the server runs: nvm install --lts',
      see: needsSqlite ? 'stores' : 'runtimes',
    });
  }
  if (astroVersion === undefined || !isWithin(astroVersion, ranges.astro)) {
    const found = astroVersion === undefined ? 'Astro is not installed' : `This is Astro ${astroVersion}`;
    findings.push({
      code: 'ASTRO_VERSION',
      level: 'danger',
      problem: `${found}, and the package needs ${ranges.astro}.`,
      cure: `Install it: npm install astro@${ranges.astro}`,
      see: 'start',
    });
  }
  return findings;
}

/** @param range In the package's own notation: `>=22.12.0`, or `^7.0.0` for the same major version. */
export function isWithin(version: string, range: string): boolean {
  const [given, least] = [numbersOf(version), numbersOf(range)];
  if (range.startsWith('^') && given[0] !== least[0]) return false;
  const at = least.findIndex((number, index) => number !== (given[index] ?? 0));
  return at < 0 || (given[at] ?? 0) > (least[at] ?? 0);
}

/** Returns the numbers of a version, without its prerelease tag. */
function numbersOf(version: string): number[] {
  return (/\d+(?:\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number);
}
