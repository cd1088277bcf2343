import { Worker } from 'node:worker_threads';
import type { SiteFacts } from './site-facts.js';

const TIME_LIMIT = 10_000;

/**
 * Runs the site's code that provides facts about it, in a separate thread. Resources that it opens end with the thread,
 * its output is discarded, and pages that are rendered afterwards load the same modules again.
 *
 * @param chunk The file that {@link readSite} was bundled into.
 * @returns Never rejects: a problem is returned in place of the facts.
 */
export async function loadSiteFacts(chunk: URL, timeLimit = TIME_LIMIT): Promise<SiteFacts> {
  const worker = new Worker(new URL('./site-facts-worker.js', import.meta.url), {
    workerData: chunk.href,
    stdout: true,
    stderr: true,
    execArgv: [],
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve) => {
      const fail = (message: string) => resolve({ setup: { message }, actions: { message } });
      timer = setTimeout(() => fail(`it was not loaded within ${timeLimit / 1000} seconds`), timeLimit);
      worker.once('message', resolve);
      worker.once('error', (error) => fail(error instanceof Error ? error.message : String(error)));
      worker.once('exit', (code) => fail(`it ended the process with code ${code}`));
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
