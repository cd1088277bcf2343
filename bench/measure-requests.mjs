import { AppProcess } from './app-process.mjs';
import { Client } from './client.mjs';
import { interleave, plainOf, startScenarios } from './scenarios.mjs';
import { median, quantile, spread } from './statistics.mjs';

/** CPU per request inside the server, and requests per second over loopback. */
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

async function measureLoad(scenarios, { loadRounds, loadSlice }) {
  const client = new Client();
  const slices = await interleave(scenarios, loadRounds, ({ app, request }) =>
    client.send(app.origin, request, loadSlice),
  );
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
  const ratios = own.map(({ perSecond }, round) => perSecond / slices.get(plain)[round].perSecond);
  return {
    perSecondRatio: median(ratios),
    perSecond: median(own.map(({ perSecond }) => perSecond)),
    p99: quantile(
      own.flatMap(({ latencies }) => latencies),
      0.99,
    ),
  };
}
