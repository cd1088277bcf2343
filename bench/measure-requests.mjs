import { AppProcess } from './app-process.mjs';
import { Client } from './client.mjs';
import { compare } from './compare.ts';
import { stopDatabases } from './databases.mjs';
import { interleave, startScenarios } from './scenarios.mjs';

/**
 * CPU per request inside the server, and requests per second over loopback. In several sittings, each with new processes:
 * two of the same application differ a little for as long as they live.
 */
export async function measureRequests(variants, effort) {
  const sittings = [];
  for (let sitting = 0; sitting < effort.sittings; sitting++) sittings.push(await sit(variants, effort));
  const [first] = sittings;
  return compare(
    first.map(({ name, visitor, isShared }, at) => {
      const all = (kind) => sittings.flatMap((samples) => samples[at][kind]);
      return { name, visitor, isShared, served: all('served'), direct: all('direct'), load: all('load') };
    }),
  );
}

async function sit(variants, effort) {
  const scenarios = await startScenarios(variants);
  const shared = await Promise.all(scenarios.map(isShared));
  for (const { app, request } of scenarios) await app.cpu({ ...request, count: effort.warmUp });
  const direct = await measureDirect(scenarios, effort);
  const served = await measureServed(scenarios, effort);
  const load = await measureLoad(scenarios, effort);
  AppProcess.stopAll();
  stopDatabases();
  return scenarios.map((scenario, at) => {
    const { name, visitor } = scenario;
    const samples = { served: served.get(scenario), direct: direct.get(scenario), load: load.get(scenario) ?? [] };
    return { name, visitor, isShared: shared[at], ...samples };
  });
}

function measureDirect(scenarios, { rounds, slice }) {
  return interleave(scenarios, rounds, ({ app, request }) => app.cpu({ ...request, count: slice }));
}

/** Of several at once a store that is waited for has more answered in one go, and seems to cost less than none. */
async function measureServed(scenarios, { warmUp, rounds, slice }) {
  const client = new Client(1);
  for (const { app, request } of scenarios) await client.send(app.origin, request, Math.ceil(warmUp / 5));
  const slices = await interleave(scenarios, rounds, async ({ app, request }) => {
    const before = await app.cpuUsed();
    await client.send(app.origin, request, slice);
    return ((await app.cpuUsed()) - before) / slice;
  });
  client.close();
  return slices;
}

async function measureLoad(scenarios, { loadRounds, loadSlice }) {
  const client = new Client();
  const served = scenarios.filter(({ isCounted }) => isCounted);
  const slices = await interleave(served, loadRounds, ({ app, request }) =>
    client.send(app.origin, request, loadSlice),
  );
  client.close();
  return slices;
}

/** Whether a cache may keep the answer for every visitor. */
async function isShared({ app, request }) {
  const { host, port } = app.origin;
  const [cookie] = request.cookies;
  const answer = await fetch(`http://${host}:${port}${request.path}`, { headers: { cookie }, redirect: 'manual' });
  await answer.arrayBuffer();
  return /\bpublic\b/.test(answer.headers.get('cache-control') ?? '') && answer.headers.getSetCookie().length === 0;
}
