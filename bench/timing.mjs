import { median } from './statistics.mjs';

const BATCHES = 25;
const BATCH_MS = 8;

/** @returns Microseconds that one call takes: the median of many batches, each long enough for the clock. */
export async function microseconds(run) {
  const [time] = await microsecondsOfEach([run]);
  return time;
}

/** The same for several that are to be compared: their batches take turns. */
export async function microsecondsOfEach(runs) {
  const measured = [];
  for (const run of runs) measured.push({ run, count: await callsPerBatch(run), times: [] });
  for (let batch = 0; batch < BATCHES; batch++) {
    for (const { run, count, times } of measured) times.push((await timeOf(run, count)) / count);
  }
  return measured.map(({ times }) => median(times) * 1000);
}

async function callsPerBatch(run) {
  let count = 1;
  while ((await timeOf(run, count)) < BATCH_MS && count < 1e7) count *= 2;
  return count;
}

async function timeOf(run, count) {
  const start = performance.now();
  for (let call = 0; call < count; call++) {
    const result = run(call);
    // Awaiting what is no promise would cost more than many of the things measured here.
    if (result instanceof Promise) await result;
  }
  return performance.now() - start;
}
