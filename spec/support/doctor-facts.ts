import type { ReadReport, SettingsInForce } from '../../lib/astro/report/build-channel.js';
import type { ConfigFacts, Facts } from '../../lib/cli/doctor/facts.js';
import type { Finding } from '../../lib/cli/doctor/findings.js';
import { SECRET } from './secret.js';

/** What a build told of which nothing is to be said. */
export function toldReport(more: Partial<ReadReport> = {}): ReadReport {
  return { entries: [], notes: [], isWhole: true, objections: [], settings: {}, hasOwnStore: false, ...more };
}

/** A project of which nothing is to be said. */
export function healthy(more: Partial<Facts> = {}): Facts {
  return {
    nodeVersion: '24.1.0',
    astroVersion: '7.3.5',
    ranges: { node: '>=22.12.0', astro: '^7.0.0' },
    secret: { source: '.env', value: SECRET },
    secretsInGit: [],
    config: settled(),
    build: toldReport(),
    store: { state: 'unasked' },
    ...more,
  };
}

/** The same with other options of gatehouse(). */
export function withSettings(settings: SettingsInForce, more: Partial<Facts> = {}): Facts {
  return healthy({ build: toldReport({ settings }), ...more });
}

/** Settings of astro.config. */
export function settled(more: Partial<ConfigFacts> = {}): ConfigFacts {
  return {
    site: undefined,
    adapter: '@astrojs/node',
    allowedDomains: [],
    checkOrigin: true,
    ...more,
  };
}

/** What is found, in short. */
export function briefly(findings: readonly Finding[]): string[] {
  return findings.map(({ level, code }) => `${level} ${code}`);
}
