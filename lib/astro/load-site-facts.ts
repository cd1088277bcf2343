import { Worker } from 'node:worker_threads';
import type { SiteFacts } from './site-facts.js';

const TIME_LIMIT = 10_000;

/**
 * Runs the code of a site that tells what only it knows, in a thread of its own: whatever it opens ends with it, what
 * it prints is nobody's business, and what is loaded for it is loaded anew for the pages that are made afterwards.
 *
 * @param chunk The file that {@link readSite} was bundled into.
 * @returns Never fails: what went wrong is told in place of what could have been.
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
