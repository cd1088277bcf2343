import nodeModule from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { SiteFacts } from './site-facts.js';

// Modules that only a host of another kind has, and Astro's list of routes, which is put in later, stand empty.
// Where Node can, they are found in this thread: one of their own takes as long to start as all that is loaded here.
if (nodeModule.registerHooks) nodeModule.registerHooks(await import('./site-facts-hooks.js'));
else nodeModule.register('./site-facts-hooks.js', import.meta.url);

const { readSite } = (await import(workerData)) as { readSite: () => Promise<SiteFacts> };
parentPort?.postMessage(await readSite());
