import { AppProcess } from './app-process.mjs';
import { Client } from './client.mjs';
import { interleave } from './scenarios.mjs';
import { median, spread } from './statistics.mjs';

/** From the start of a process to its first answer, and the JavaScript it has loaded by then. */
export async function measureStart(variants, { startRounds }) {
  const slices = await interleave(variants, startRounds, timeToFirstAnswer);
  const [plain] = variants;
  const plainLoaded = await loaded(plain);
  const figures = [];
  for (const variant of variants) {
    const ratios = slices.get(variant).map((time, round) => time / slices.get(plain)[round]);
    figures.push({
      name: variant.name,
      startRatio: median(ratios),
      startSpread: spread(ratios),
      start: median(slices.get(variant)),
      loadedOverPlain: (await loaded(variant)) - plainLoaded,
    });
  }
  return { plainLoaded, figures };
}

async function timeToFirstAnswer({ entry }) {
  const begin = performance.now();
  const app = await AppProcess.start(entry);
  await firstAnswer(app);
  const time = performance.now() - begin;
  app.stop();
  return time;
}

async function loaded({ entry }) {
  const app = await AppProcess.start(entry, { countsLoaded: true });
  await firstAnswer(app);
  const bytes = await app.loaded();
  app.stop();
  return bytes;
}

async function firstAnswer(app) {
  const client = new Client();
  await client.get(app.origin, '/');
  client.close();
}
