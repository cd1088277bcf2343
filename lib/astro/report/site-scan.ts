import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Plugin } from 'vite';
import { InvalidOptionsError } from '../../errors/index.js';
import { buildChannel } from './build-channel.js';
import type { SiteFacts } from './site-facts.js';
import { type StaticGuard, staticGuard } from './static-guard.js';

/** The path in the notation of bundlers: with slashes, on every system. */
const FACTS = fileURLToPath(new URL('./site-facts.js', import.meta.url)).replaceAll('\\', '/');
const PIPELINE = /^astro-gatehouse\/fetch$/;

/** Inspects a site while it is bundled: guards, and facts from its own code. */
export class SiteScan {
  /** Guards by entrypoint, in Astro's notation. */
  readonly guards = new Map<string, StaticGuard>();
  /** True when a module imports this package for a pipeline of the project's own. */
  importsPipeline = false;
  #facts: Promise<SiteFacts> | undefined;
  /** Entrypoints of pages and endpoints, by module id. */
  readonly #pages = new Map<string, string>();

  /**
   * @param entrypoints Returns those of all routes, once they are known: files relative to the project's root, or
   *   modules of packages.
   * @param whenScanned Called when all code for the server is bundled, and before pages are prerendered.
   */
  constructor(
    private readonly entrypoints: () => Iterable<string>,
    private readonly whenScanned: () => Promise<void>,
  ) {}

  get facts(): Promise<SiteFacts> {
    const message = 'it was not bundled';
    return this.#facts ?? Promise.resolve({ setup: { message }, actions: { message } });
  }

  plugin(): Plugin {
    const scan = this;
    return {
      name: 'astro-gatehouse:scan',
      apply: 'build',
      enforce: 'pre',
      async buildStart() {
        const { root } = this.environment.config;
        for (const entrypoint of scan.entrypoints()) {
          const file = join(root, entrypoint);
          const id = existsSync(file) ? realpathSync(file).replaceAll('\\', '/') : (await this.resolve(entrypoint))?.id;
          if (id) scan.#pages.set(id, entrypoint);
        }
        if (this.environment.name === 'prerender') this.emitFile({ type: 'chunk', id: FACTS, name: 'site-facts' });
        // Astro bundles the client's code last.
        if (this.environment.name === 'client') await scan.whenScanned();
      },
      resolveId: {
        filter: { id: PIPELINE },
        handler() {
          scan.importsPipeline = true;
        },
      },
      transform: {
        order: 'post',
        filter: { code: /guard/ },
        handler(code, id) {
          if (this.environment.name === 'client') return;
          const [file = id] = id.split('?');
          const entrypoint = scan.#pages.get(file);
          if (entrypoint) scan.#readGuard(entrypoint, this.parse(code), code);
        },
      },
      writeBundle({ dir }, bundle) {
        if (this.environment.name !== 'prerender' || !dir) return;
        const chunk = Object.values(bundle).find(
          (output) => output.type === 'chunk' && output.facadeModuleId === FACTS,
        );
        // The facts are loaded while the server's code is bundled.
        if (chunk) scan.#facts = loadSiteFacts(new URL(chunk.fileName, `${pathToFileURL(dir)}/`));
      },
    };
  }

  /** @throws {InvalidOptionsError} For a guard whose export cannot be read statically. */
  #readGuard(entrypoint: string, program: unknown, code: string): void {
    const guard = staticGuard(program, code);
    if (!guard) return;
    if ('problem' in guard) throw new InvalidOptionsError([`guard of ${entrypoint}: ${guard.problem}`]);
    this.guards.set(entrypoint, guard);
  }
}

/** Milliseconds for a module that may be large, on a machine that does much else. */
const TIME_LIMIT = 60_000;

/**
 * Runs the site's code that provides facts about it, in a separate thread. Resources that it opens end with the thread,
 * its output is discarded, and pages that are rendered afterwards load the same modules again.
 *
 * @param chunk The file that {@link readSite} was bundled into.
 * @returns Never rejects: a problem is returned in place of the facts.
 */
async function loadSiteFacts(chunk: URL, timeLimit = TIME_LIMIT): Promise<SiteFacts> {
  const worker = new Worker(new URL('./site-facts-worker.js', import.meta.url), {
    workerData: chunk.href,
    stdout: true,
    stderr: true,
    execArgv: [],
  });
  buildChannel().endReading = () => worker.terminate();
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
