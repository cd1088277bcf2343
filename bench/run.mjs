import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { AppProcess } from './app-process.mjs';
import { buildApps, storeVariants, variants } from './apps.mjs';
import { judge, judgeStores } from './limits.mjs';
import { measureRequests } from './measure-requests.mjs';
import { measureStart } from './measure-start.mjs';
import { Redis } from './redis.mjs';
import { printReport, printStores } from './report.mjs';

const PARTS = join(import.meta.dirname, 'measure-parts.mjs');
const PARTS_LIMIT = 400_000;
const FULL = {
  warmUp: 3000,
  cpuRounds: 120,
  cpuSlice: 50,
  loadRounds: 40,
  loadSlice: 200,
  startRounds: 15,
  sessions: 1_000_000,
  fuzzedPairs: 20_000,
};
const QUICK = {
  warmUp: 1000,
  cpuRounds: 40,
  cpuSlice: 40,
  loadRounds: 8,
  loadSlice: 150,
  startRounds: 5,
  sessions: 200_000,
  fuzzedPairs: 2_000,
};

/**
 * Larger slices: only so much is measured, and the differences are small. One request after another: of several at once
 * a store that is waited for has more answered in one go, and seems to cost less than none.
 */
const STORES = { warmUp: 3000, cpuRounds: 60, cpuSlice: 200, loadRounds: 40, loadSlice: 200, concurrency: 1 };
const QUICK_STORES = { warmUp: 1000, cpuRounds: 30, cpuSlice: 50, loadRounds: 10, loadSlice: 100, concurrency: 1 };

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    json: { type: 'boolean' },
    peers: { type: 'boolean' },
    stores: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});

if (options.help) {
  console.log(`npm run bench -- [--quick] [--json] [--peers] [--stores]
  --quick   about a minute instead of about four; figures swing more, and 200,000 sessions stand for a million
  --json    every figure as JSON
  --peers   astro-sessionkit as well, when it is installed
  --stores  what each store costs a page that reads the session, and one that writes to it; nothing else`);
} else {
  await (options.stores ? runStores() : run());
}

async function run() {
  const effort = options.quick ? QUICK : FULL;
  try {
    say('building the applications');
    const apps = await buildApps(variants(options));
    say('starting them');
    const start = await measureStart(apps, effort);
    say('answering requests');
    const requests = await measureRequests(apps, effort);
    say('measuring the parts');
    const figures = { requests, start, parts: await measureParts(effort) };
    const limits = judge(figures);
    if (options.json) console.log(JSON.stringify({ node: process.version, ...figures, limits }, null, 2));
    else printReport(figures, limits);
  } finally {
    AppProcess.stopAll();
  }
}

async function runStores() {
  try {
    say('building the applications');
    const apps = await buildApps(storeVariants());
    say('answering requests');
    const requests = await measureRequests(apps, options.quick ? QUICK_STORES : STORES);
    const limits = judgeStores(requests);
    if (options.json) console.log(JSON.stringify({ node: process.version, requests, limits }, null, 2));
    else printStores(requests, limits);
  } finally {
    AppProcess.stopAll();
    Redis.stopAll();
  }
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

function say(step) {
  if (!options.json) console.error(`… ${step}`);
}
