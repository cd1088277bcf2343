import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AstroConfig, AstroIntegration } from 'astro';
import { buildChannel, type ReadReport } from '../astro/report/build-channel.js';
import { UsageError } from './command-line.js';
import { ProjectCopy } from './project-copy.js';

/**
 * Builds a copy of a project, as far as needed to report who may see what. The project itself is not changed.
 *
 * @param onConfig Receives the resolved astro.config, even if the build fails later.
 * @throws {UsageError} When there is no Astro project, or gatehouse() is not among its integrations.
 * @throws Any error of the build.
 */
export async function readReport(folder: string, onConfig?: (config: AstroConfig) => void): Promise<ReadReport> {
  const project = projectAt(folder);
  const copy = new ProjectCopy(project);
  let report: ReadReport | undefined;
  buildChannel().receiver = (received) => {
    report = received;
  };
  try {
    // The project's code may refer to files relative to the working directory.
    process.chdir(copy.folder);
    const { build } = await importAstro(copy.folder);
    const integrations = [buildsAside(copy, project, onConfig)];
    await build({ root: copy.folder, logLevel: 'silent', mode: 'production', integrations });
  } catch (error) {
    // The build is stopped as soon as the report is complete.
    if (!report) throw named(copy, error);
  } finally {
    buildChannel().receiver = undefined;
    // The project's code must not run on in the project itself, which is about to be the working directory again.
    await buildChannel().endReading?.();
    process.chdir(project);
    copy.remove();
  }
  if (report) return copy.renamed(report);
  throw new Error('The build ended without a report: is astro-gatehouse of the same version everywhere?');
}

function named(copy: ProjectCopy, error: unknown): unknown {
  if (error instanceof Error) error.message = copy.renamed(error.message);
  return error;
}

/** @throws {UsageError} When there is no project. */
export function projectAt(folder: string): string {
  const root = resolve(folder);
  if (existsSync(join(root, 'package.json'))) return root;
  throw new UsageError(`There is no project in ${root}: name its folder with --root.`);
}

/** Runs after the project's integrations and its adapter, which may each set their own output folder. */
function buildsAside(
  { folder }: ProjectCopy,
  project: string,
  onConfig?: (config: AstroConfig) => void,
): AstroIntegration {
  // The build must go into the copy even if astro.config contains an absolute path of the project.
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

/** Imports the project's own Astro, which may differ from the one that this package resolves. */
async function importAstro(root: string): Promise<typeof import('astro')> {
  const path = createRequire(join(root, 'package.json')).resolve('astro');
  return import(pathToFileURL(path).href);
}
