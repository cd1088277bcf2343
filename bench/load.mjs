// npm run bench:load -- [--visitors 2000] [--seconds 60] [--pause 2] [--store memory,sqlite,redis]
import { Agent } from 'node:http';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { AppProcess } from './app-process.mjs';
import { buildApps } from './apps.mjs';
import { IDLE, LoadedSite, loadedApp } from './load-site.mjs';
import { LoadTally, LoadVisitor, pass } from './load-visitor.mjs';
import { isRedisInstalled, Redis } from './redis.mjs';
import { quantile } from './statistics.mjs';

/** Connections to one process. More visitors than these do not ask at the same moment, or they wait for each other. */
const SOCKETS = 64;
/** How much of the heap of one process may be left over by a crowd whose sessions have expired. */
const GROWTH = 1_000_000;
/** Milliseconds for which something may be left of sessions that got another id, and a while for sweeping. */
const EXPIRY_LIMIT = 60_000 + IDLE * 1000 + 30_000;
const STORES = ['memory', 'sqlite', 'redis'];

const { values } = parseArgs({
  options: {
    visitors: { type: 'string', default: '2000' },
    seconds: { type: 'string', default: '60' },
    pause: { type: 'string', default: '2' },
    store: { type: 'string', default: STORES.join() },
  },
});
const visitors = Number(values.visitors);
const seconds = Number(values.seconds);
const pause = Number(values.pause) * 1000;

try {
  const stores = values.store.split(',').filter(canRun);
  const apps = await buildApps(stores.map((store) => ({ name: store, app: `load-${store}`, files: loadedApp(store) })));
  for (const { name, entry } of apps) {
    const site = await LoadedSite.start(name, entry);
    if (!report(name, site, await measure(site))) process.exitCode = 1;
    site.stop();
  }
} finally {
  AppProcess.stopAll();
  Redis.stopAll();
}

function canRun(store) {
  if (store !== 'redis' || isRedisInstalled()) return true;
  console.error('redis is left out: there is no redis-server on the PATH.');
  return false;
}

async function measure(site) {
  // The first crowd is there to fill what stays for good: compiled code, caches.
  await crowd(site, Math.max(10, seconds / 3));
  await expiry(site);
  const before = await site.memory();
  const { tally, perSecond, during, kept } = await crowd(site, seconds);
  const left = await expiry(site);
  return { tally, perSecond, before, during, kept, left, after: await site.memory() };
}

/** Everybody for as long as that. */
async function crowd(site, length) {
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
  const tally = new LoadTally();
  const everybody = Array.from(
    { length: visitors },
    (_, number) => new LoadVisitor(number, { site, agent, tally, pause }),
  );
  const begun = performance.now();
  const deadline = begun + length * 1000;
  await Promise.all(everybody.map((visitor) => visitor.visitUntil(deadline)));
  const perSecond = tally.requests / ((performance.now() - begun) / 1000);
  const during = await site.memory();
  const kept = await site.kept();
  await Promise.all(everybody.map((visitor) => visitor.checkAll()));
  agent.destroy();
  return { tally, perSecond, during, kept };
}

/** Waits until nothing is left. @returns What is, if anything. */
async function expiry(site) {
  const deadline = performance.now() + EXPIRY_LIMIT;
  const agent = new Agent();
  // Stores drop what has expired when they are next asked: by somebody who comes, and goes without leaving a trace.
  const straggler = new LoadVisitor('late', { site, agent, tally: new LoadTally() });
  await pass(IDLE * 1000);
  let left;
  do {
    await straggler.comeAndGo();
    await pass(500);
    left = await site.kept();
  } while (left > 0 && performance.now() < deadline);
  agent.destroy();
  return left;
}

/** @returns Whether all is as it has to be. */
function report(store, site, { tally, perSecond, before, during, after, kept, left }) {
  const { latencies, lostSessions, lostWrites, wrong } = tally;
  const count = (number) => number.toLocaleString('en');
  const ms = (value) => `${value.toFixed(value < 100 ? 1 : 0)} ms`;
  const mb = ({ heap, resident }) => `${(heap / 1e6).toFixed(1)} MB heap, ${(resident / 1e6).toFixed(0)} MB resident`;
  const growth = after.heap - before.heap;
  const lines = [
    ['requests', `${count(tally.requests)}, ${count(Math.round(perSecond))} a second`],
    ['half of them within', ms(quantile(latencies, 0.5))],
    ['99 of 100 within', ms(quantile(latencies, 0.99))],
    ['the slowest', ms(latencies.reduce((slowest, latency) => Math.max(slowest, latency), 0))],
    ['sessions lost', `${lostSessions.length} of ${count(visitors)}`],
    ['writes lost', `${lostWrites.length} of ${count(tally.acknowledged)} that were acknowledged`],
    ['messages, changes of the id', `${count(tally.messages)}, ${count(tally.idChanges)}`],
    ['not answered, or wrongly', `${tally.failed}, ${wrong.length}`],
    ['memory before', mb(before)],
    ['  with everybody there', `${mb(during)}; ${count(kept)} kept in the store`],
    ['  after all has expired', `${mb(after)}; ${count(left)} kept in the store`],
    ['  left over', `${(growth / 1e6).toFixed(2)} MB heap`],
  ];
  const processes = site.processes === 1 ? 'one process' : `${site.processes} processes`;
  console.log(
    `\n${store}, ${processes}: ${count(visitors)} visitors for ${seconds} s, load average ${loadavg()[0].toFixed(1)}`,
  );
  for (const [what, figure] of lines) console.log(`  ${what.padEnd(28)}${figure}`);
  const complaints = [...lostSessions, ...lostWrites, ...wrong];
  for (const complaint of complaints.slice(0, 10)) console.log(`  ! ${complaint}`);
  const isWell = complaints.length === 0 && tally.acknowledged > 0 && left === 0 && growth < GROWTH * site.processes;
  console.log(`  ${isWell ? 'as it has to be' : 'NOT AS IT HAS TO BE'}`);
  return isWell;
}
