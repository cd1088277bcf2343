import { AppProcess } from './app-process.mjs';
import { Client } from './client.mjs';
import { interleave, plainOf, startScenarios } from './scenarios.mjs';
import { median, quantile, spread } from './statistics.mjs';

/** CPU per request inside the server, without a connection and served over loopback, and requests per second. */
export async function measureRequests(variants, effort) {
  const scenarios = await startScenarios(variants);
  const cpu = await measureCpu(scenarios, effort);
  const load = await measureLoad(scenarios, effort);
  AppProcess.stopAll();
  return scenarios.map((scenario) => {
    const plain = plainOf(scenario, scenarios);
    const { name, visitor } = scenario;
    return { name, visitor, ...compareCpu(cpu, scenario, plain), ...compareLoad(load, scenario, plain) };
  });
}

async function measureCpu(scenarios, { warmUp, cpuRounds, cpuSlice }) {
  for (const { app, request } of scenarios) await app.cpu({ ...request, count: warmUp });
  return interleave(scenarios, cpuRounds, ({ app, request }) => app.cpu({ ...request, count: cpuSlice }));
}

async function measureLoad(scenarios, { loadRounds, loadSlice, concurrency }) {
  const client = new Client(concurrency);
  const slices = await interleave(scenarios, loadRounds, async ({ app, request }) => {
    const before = await app.cpuUsed();
    const figures = await client.send(app.origin, request, loadSlice);
    return { ...figures, cpu: ((await app.cpuUsed()) - before) / loadSlice };
  });
  client.close();
  return slices;
}

/** Each slice is compared with plain Astro's of the same round: those two met the same machine. */
function compareCpu(slices, scenario, plain) {
  const ratios = slices.get(scenario).map((cpu, round) => cpu / slices.get(plain)[round]);
  return { cpuRatio: median(ratios), cpuSpread: spread(ratios), cpu: median(slices.get(scenario)) };
}

function compareLoad(slices, scenario, plain) {
  const own = slices.get(scenario);
  const against = (kind) => own.map((slice, round) => slice[kind] / slices.get(plain)[round][kind]);
  return {
    servedRatio: median(against('cpu')),
    servedSpread: spread(against('cpu')),
    served: median(own.map(({ cpu }) => cpu)),
    perSecondRatio: median(against('perSecond')),
    perSecond: median(own.map(({ perSecond }) => perSecond)),
    p99: quantile(
      own.flatMap(({ latencies }) => latencies),
      0.99,
    ),
  };
}
