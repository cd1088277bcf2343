import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AstroConfig, AstroIntegration } from 'astro';
import { buildChannel, type ReadReport } from '../astro/build-channel.js';
import { UsageError } from './command-line.js';
import { ProjectCopy } from './project-copy.js';

/**
 * Builds a copy of a project, as far as it takes to know who may see what. The project itself stays as it is.
 *
 * @param onConfig Told what is settled in astro.config, which is known where the build fails later on, too.
 * @throws {UsageError} Where there is no Astro project, or gatehouse() is not among its integrations.
 * @throws What the build throws.
 */
export async function readReport(folder: string, onConfig?: (config: AstroConfig) => void): Promise<ReadReport> {
  const project = projectAt(folder);
  const copy = new ProjectCopy(project);
  let report: ReadReport | undefined;
  buildChannel().receiver = (received) => {
    report = received;
  };
  try {
    // Code of the project that names files from where it runs.
    process.chdir(copy.folder);
    const { build } = await importAstro(copy.folder);
    const integrations = [buildsAside(copy, project, onConfig)];
    await build({ root: copy.folder, logLevel: 'silent', mode: 'production', integrations });
  } catch (error) {
    // The build ends where the report is complete.
    if (!report) throw named(copy, error);
  } finally {
    buildChannel().receiver = undefined;
    process.chdir(project);
    copy.remove();
  }
  if (report) return copy.renamed(report);
  throw new Error('The build came to its end without a report: is astro-gatehouse of the same version everywhere?');
}

function named(copy: ProjectCopy, error: unknown): unknown {
  if (error instanceof Error) error.message = copy.renamed(error.message);
  return error;
}

/** @throws {UsageError} Where there is none. */
export function projectAt(folder: string): string {
  const root = resolve(folder);
  if (existsSync(join(root, 'package.json'))) return root;
  throw new UsageError(`There is no project in ${root}: name its folder with --root.`);
}

/** Comes after the project's integrations and its adapter, which may each have a place of their own to build to. */
function buildsAside(
  { folder }: ProjectCopy,
  project: string,
  onConfig?: (config: AstroConfig) => void,
): AstroIntegration {
  // Where a config may have named the project by an absolute path, the build still goes into the copy.
  const outDir = pathToFileURL(`${folder}/.astro/built/`);
  return {
    name: 'astro-gatehouse:routes',
    hooks: {
      'astro:config:setup': ({ config, updateConfig }) => {
        if (!config.integrations.some(({ name }) => name === 'astro-gatehouse')) {
          throw new UsageError(`gatehouse() is not among the integrations of ${project}: add it in astro.config.`);
        }
        const build = { client: new URL('client/', outDir), server: new URL('server/', outDir) };
        updateConfig({ outDir, build, cacheDir: new URL('node_modules/.astro/', pathToFileURL(`${folder}/`)) });
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
