import { CLOUDFLARE } from '../../astro/hosts/host-limits.js';
import { type BuildFailure, type Facts, reportOf } from './facts.js';
import type { Finding } from './findings.js';

type Advice = Pick<Finding, 'cure' | 'see'>;

/** The cures for build errors, by code or name. The messages name the places. */
const CURES: Record<string, Advice> = {
  INVALID_OPTIONS: { cure: 'Correct each option that is named, in astro.config or src/gatehouse.ts.', see: 'options' },
  INTEGRATION_MISSING: { cure: 'Write integrations: [gatehouse()] in astro.config.', see: 'start' },
  UNGUARDED_FILES: {
    cure: 'Write export const prerender = false in the pages that are named.',
    see: 'whatStopsABuild',
  },
  GUARDED_ROUTE_CACHED: { cure: 'Take the entries that are named out of routeRules.', see: 'whatStopsABuild' },
  MISTAKEN_RULES: { cure: 'Correct each rule as suggested, or remove it.', see: 'rules' },
  GUARDED_ROUTE_IN_ISR: { cure: 'Write isr.exclude with what is named.', see: 'whatStopsABuild' },
  USELESS_RULES: { cure: 'Correct the pattern, move the rule up, or remove it.', see: 'rules' },
  MISSING_PAGES: { cure: 'Create each page that is named, or name one that exists.', see: 'refused' },
  DEAD_ENDS: { cure: 'Write each rule that is named, where it says.', see: 'refused' },
  HIDDEN_PAGES_REVEALED: {
    cure: 'Write export const prerender = false in the 404 pages that are named.',
    see: 'whatStopsABuild',
  },
  UNGUARDED_PIPELINE: {
    cure: "Write import { guard } from 'astro-gatehouse/fetch', and call it first.",
    see: 'pipelines',
  },
  UNHOSTED_STORE: { cure: 'Write one of the stores that are named.', see: 'stores' },
  NODEJS_COMPAT_MISSING: {
    cure: 'Add "compatibility_flags": ["nodejs_compat"] to wrangler.jsonc.',
    see: 'whatStopsABuild',
  },
  SERVER_CODE_IN_BROWSER: {
    cure: 'Move the call into the frontmatter of a page, an action or an endpoint.',
    see: 'whatStopsABuild',
  },
  EDGE_MIDDLEWARE: { cure: "Remove middlewareMode: 'edge' from the adapter's options.", see: 'whatStopsABuild' },
  ASTRO_SESSION_MISSING: {
    cure: "Configure session.driver in astro.config, or write another store: store: { use: 'cookie' }",
    see: 'stores',
  },
  SETUP_NOT_LOADED: { cure: 'Move what needs the server into the functions that you register.', see: 'setup' },
  MISSING_CLIENT: { cure: 'Install what is named: npm install redis', see: 'stores' },
  NoAdapterInstalled: { cure: 'Install one: npx astro add node', see: 'start' },
  NoAdapterInstalledServerIslands: { cure: 'Install one: npx astro add node', see: 'start' },
};
const OTHERWISE: Advice = {
  cure: 'Run npx astro build, which shows it in full, and correct what it names.',
  see: 'whatStopsABuild',
};

/** Returns the findings of a build and of its report. */
export function checkBuild(facts: Facts): Finding[] {
  const { build, config } = facts;
  if (build && 'kind' in build) return [failed(build)];
  const report = reportOf(facts);
  if (!report) return [];
  const objections = report.objections.map(
    ({ code, message, stops }): Finding => ({
      code,
      // A server does not start with such options, although the site can be built.
      level: stops || code === 'INVALID_OPTIONS' ? 'danger' : 'advice',
      problem: plain(message),
      ...(CURES[code] ?? OTHERWISE),
      ...(code === 'UNHOSTED_STORE' && config?.adapter === CLOUDFLARE && { see: 'workers' }),
    }),
  );
  const isSetupMissing = report.objections.some(
    ({ code }) => code === 'SETUP_NOT_LOADED' || code === 'INVALID_OPTIONS',
  );
  const notes = isSetupMissing ? [] : report.notes.map(asNote);
  return [
    ...objections,
    ...(config && config.adapter === undefined ? [WITHOUT_SERVER] : []),
    ...(report.settings.enforce === false ? [NOT_ENFORCED] : []),
    ...notes,
  ];
}

function failed({ kind, message }: BuildFailure): Finding {
  const isKnown = kind in CURES;
  return {
    code: isKnown ? kind.replace(/^NoAdapter.*/, 'ADAPTER_MISSING') : 'BUILD_FAILED',
    level: 'danger',
    problem: isKnown ? plain(message) : `The project cannot be built: ${plain(message)}`,
    ...(CURES[kind] ?? OTHERWISE),
  };
}

function asNote(note: string): Finding {
  return {
    code: 'NOT_IN_REPORT',
    level: 'note',
    problem: `The report of who may see what is incomplete: ${note}.`,
    cure: 'See what it does contain: npx astro-gatehouse routes',
    see: 'routes',
  };
}

/** Removes the package's name, which is already part of the output. */
function plain(message: string): string {
  return message.replace(/^\[astro-gatehouse\] /, '');
}

const WITHOUT_SERVER: Finding = {
  code: 'ALL_PRERENDERED',
  level: 'advice',
  problem:
    'There is no adapter, so every page is rendered at build time: nothing is checked, and there are no sessions.',
  cure: "Install one (npx astro add node), and write output: 'server' in astro.config.",
  see: 'start',
};

const NOT_ENFORCED: Finding = {
  code: 'NOT_ENFORCED',
  level: 'advice',
  problem: 'enforce is false: rules and guards of pages let everybody in, and only log whom they would refuse.',
  cure: 'Remove enforce: false when the log shows only the refusals that you expect.',
  see: 'rules',
};
