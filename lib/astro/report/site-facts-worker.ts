import nodeModule from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { SiteFacts } from './site-facts.js';

// Modules that only other hosts have, and Astro's list of routes, which is inserted later, are replaced by empty ones.
// If Node supports it, hooks run in this thread: a separate one takes as long to start as everything that is loaded
// here.
if (nodeModule.registerHooks) nodeModule.registerHooks(await import('./site-facts-hooks.js'));
else nodeModule.register('./site-facts-hooks.js', import.meta.url);

const { readSite } = (await import(workerData)) as { readSite: () => Promise<SiteFacts> };
parentPort?.postMessage(await readSite());
