import { chosenStore } from '../../astro/options/store-choice.js';
import { type Facts, reportOf } from './facts.js';
import type { Finding } from './findings.js';

const CURES: Record<string, string> = {
  sqlite:
    "Let the user that runs the server own the file and its folder, or name another: store: { use: 'sqlite', file: '…' }",
  postgres: 'Start PostgreSQL, or set DATABASE_URL to where it is: DATABASE_URL=postgres://user@host:5432/shop',
  redis:
    "Start Redis, or name where it is: REDIS_URL=redis://host:6379, or store: { use: 'redis', cluster: ['host:7000'] }",
};

/** The errors of a build that refuses the store. */
const NOT_HERE = ['UNHOSTED_STORE', 'ASTRO_SESSION_MISSING'];

/** Checks whether sessions can be kept in the configured store. */
export function checkStore(facts: Facts): Finding[] {
  const report = reportOf(facts);
  if (!report) return [];
  if (report.hasOwnStore) return [OWN];
  // The store is wrong for the host, so its state here does not matter.
  if (report.objections.some(({ code }) => NOT_HERE.includes(code))) return [];
  const { use: store } = chosenStore(report.settings);
  if (store === 'memory') return [IN_MEMORY];
  if (store === 'astro') return [ASTRO];
  if (facts.store.state === 'evicts') return [evicts(facts.store.reason)];
  if (facts.store.state === 'unclear') return [UNCLEAR];
  if (facts.store.state !== 'away') return [];
  return [
    {
      code: 'STORE_UNAVAILABLE',
      level: 'danger',
      problem: `The store ${store} cannot be used: ${facts.store.reason}.`,
      cure: facts.store.cure ?? CURES[store] ?? 'Check that it runs and can be reached.',
      see: 'stores',
    },
  ];
}

function evicts(policy: string): Finding {
  return {
    code: 'STORE_EVICTS',
    level: 'danger',
    problem:
      `Redis has the maxmemory-policy ${policy}: when memory is short it drops sessions and revocations, so that ` +
      'visitors are signed out early. The server refuses to start with it.',
    cure: 'Set it in the configuration of Redis, and immediately: CONFIG SET maxmemory-policy noeviction',
    see: 'stores',
  };
}

const UNCLEAR: Finding = {
  code: 'STORE_EVICTION_UNKNOWN',
  level: 'note',
  problem: 'Neither INFO nor CONFIG GET of Redis shows whether it drops keys when memory is short.',
  cure: 'Check where it is configured that its maxmemory-policy is noeviction.',
  see: 'stores',
};

const OWN: Finding = {
  code: 'STORE_NOT_ASKED',
  level: 'note',
  problem: "The store is one of the project's own, and was not checked.",
  cure: 'Test it with describeSessionStore of astro-gatehouse/testing.',
  see: 'ownStore',
};

const IN_MEMORY: Finding = {
  code: 'STORE_IN_MEMORY',
  level: 'advice',
  problem:
    'Sessions are kept in the memory of one process: a restart signs everybody out, and a second process has none of ' +
    'them.',
  cure: "Write store: { use: 'sqlite' } for one machine, or store: { use: 'postgres' } or 'redis' for several.",
  see: 'stores',
};

const ASTRO: Finding = {
  code: 'STORE_NOT_ASKED',
  level: 'note',
  problem: "Sessions are kept in Astro's own session storage, which was not checked.",
  cure: 'Check that the driver in session.driver of astro.config can be reached, and that its files can be written, if it has some.',
  see: 'stores',
};
