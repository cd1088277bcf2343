import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { AppProcess } from './app-process.mjs';
import { buildApps } from './apps.mjs';
import { drawChart } from './chart.ts';
import { needsDatabase, stopDatabases } from './databases.mjs';
import { asText, renewDocumentation, renewStores, rounded } from './documentation.ts';
import { describeMachine } from './machine.mjs';
import { measureRequests } from './measure-requests.mjs';
import { measureStart } from './measure-start.mjs';
import { printReport } from './report.mjs';
import { variants } from './variants.mjs';

const PARTS = join(import.meta.dirname, 'measure-parts.mjs');
const PARTS_LIMIT = 400_000;
const RESULTS = join(import.meta.dirname, 'results');
const FULL = {
  sittings: 3,
  warmUp: 1500,
  rounds: 50,
  slice: 50,
  loadRounds: 15,
  loadSlice: 200,
  startRounds: 15,
  sessions: 1_000_000,
  fuzzedPairs: 20_000,
};
const QUICK = {
  sittings: 1,
  warmUp: 500,
  rounds: 25,
  slice: 30,
  loadRounds: 8,
  loadSlice: 100,
  startRounds: 5,
  sessions: 200_000,
  fuzzedPairs: 2_000,
};

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    requests: { type: 'boolean' },
    from: { type: 'string' },
    docs: { type: 'boolean' },
    stores: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});

if (options.help) {
  console.log(`npm run bench -- [--quick] [--requests] [--from FILE] [--docs] [--stores]
  --quick      about two minutes instead of about ten; figures swing more, and 200,000 sessions stand for a million
  --requests   only what requests cost: no cold start, no rules and no memory
  --from FILE  the figures of an earlier run, instead of new ones
  --docs       puts the figures into docs/performance.md as well, with its chart
  --stores     puts only the table of stores there`);
} else {
  report(options.from ? JSON.parse(readFileSync(options.from, 'utf8')) : rounded(await measure()));
}

async function measure() {
  const effort = options.quick ? QUICK : FULL;
  const machine = describeMachine();
  try {
    say('building the applications');
    const apps = await buildApps(variants());
    const rest = options.requests ? {} : await measureRest(apps, effort);
    say('answering requests');
    return { machine, effort, requests: await measureRequests(apps, effort), ...rest };
  } finally {
    AppProcess.stopAll();
    stopDatabases();
  }
}

async function measureRest(apps, effort) {
  say('starting them');
  // A database would have to be started first.
  const start = await measureStart(
    apps.filter((app) => !needsDatabase(app)),
    effort,
  );
  say('measuring the parts');
  return { start, parts: await measureParts(effort) };
}

async function measureParts({ sessions, fuzzedPairs }) {
  const child = fork(PARTS, [String(sessions), String(fuzzedPairs)], { execArgv: ['--expose-gc'] });
  try {
    const [figures] = await once(child, 'message', { signal: AbortSignal.timeout(PARTS_LIMIT) });
    return figures;
  } finally {
    child.kill('SIGKILL');
  }
}

function report(figures) {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, 'latest.json'), asText(figures));
  writeFileSync(join(RESULTS, 'latest.svg'), drawChart(figures));
  printReport(figures);
  console.log('\nFigures: bench/results/latest.json. Chart: bench/results/latest.svg.');
  if (options.docs) renewDocumentation(figures);
  else if (options.stores) renewStores(figures);
}

function say(step) {
  console.error(`… ${step}`);
}
