import { register } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { SiteFacts } from './site-facts.js';

// Modules that only a host of another kind has, and Astro's list of routes, which is put in later, stand empty.
register('./site-facts-hooks.js', import.meta.url);

const { readSite } = (await import(workerData)) as { readSite: () => Promise<SiteFacts> };
parentPort?.postMessage(await readSite());
