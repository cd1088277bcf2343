import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AstroConfig, AstroIntegration } from 'astro';
import { buildChannel, type ReadReport } from '../astro/build-channel.js';
import { UsageError } from './command-line.js';

/**
 * Builds a project aside, as far as it takes to know who may see what. What the project has built stays as it is.
 *
 * @param onConfig Told what is settled in astro.config, which is known where the build fails later on, too.
 * @throws {UsageError} Where there is no Astro project, or gatehouse() is not among its integrations.
 * @throws What the build throws.
 */
export async function readReport(folder: string, onConfig?: (config: AstroConfig) => void): Promise<ReadReport> {
  const root = projectAt(folder);
  // Astro builds below the folder it is started in.
  process.chdir(root);
  mkdirSync(join(root, '.astro'), { recursive: true });
  const aside = mkdtempSync(join(root, '.astro/gatehouse-'));
  let report: ReadReport | undefined;
  buildChannel().receiver = (received) => {
    report = received;
  };
  try {
    const { build } = await importAstro(root);
    const integrations = [buildsAside(pathToFileURL(`${aside}/`), root, onConfig)];
    await build({ root, logLevel: 'silent', mode: 'production', integrations });
  } catch (error) {
    // The build ends where the report is complete.
    if (!report) throw error;
  } finally {
    buildChannel().receiver = undefined;
    rmSync(aside, { recursive: true, force: true });
  }
  if (report) return report;
  throw new Error('The build came to its end without a report: is astro-gatehouse of the same version everywhere?');
}

/** @throws {UsageError} Where there is none. */
export function projectAt(folder: string): string {
  const root = resolve(folder);
  if (existsSync(join(root, 'package.json'))) return root;
  throw new UsageError(`There is no project in ${root}: name its folder with --root.`);
}

/** Comes after the project's integrations and its adapter, which may each have a place of their own to build to. */
function buildsAside(outDir: URL, root: string, onConfig?: (config: AstroConfig) => void): AstroIntegration {
  return {
    name: 'astro-gatehouse:routes',
    hooks: {
      'astro:config:setup': ({ config, updateConfig }) => {
        if (!config.integrations.some(({ name }) => name === 'astro-gatehouse')) {
          throw new UsageError(`gatehouse() is not among the integrations of ${root}: add it in astro.config.`);
        }
        updateConfig({ outDir, build: { client: new URL('client/', outDir), server: new URL('server/', outDir) } });
      },
      'astro:config:done': ({ config }) => onConfig?.(config),
    },
  };
}

/** The project's own Astro, which need not be the one that this package finds. */
async function importAstro(root: string): Promise<typeof import('astro')> {
  const path = createRequire(join(root, 'package.json')).resolve('astro');
  return import(pathToFileURL(path).href);
}
