import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AstroConfig } from 'astro';
import { chosenStore } from '../../astro/options/store-choice.js';
import { UsageError } from '../command-line.js';
import { isSeenByGit } from '../make-secret.js';
import { projectAt, readReport } from '../read-report.js';
import { askStore } from './ask-store.js';
import { type BuildFailure, type ConfigFacts, EnvFiles, type Facts, reportOf } from './facts.js';

const SECRET = 'GATEHOUSE_SECRET';

/**
 * Inspects a project, and builds a copy of it.
 *
 * @throws {UsageError} When there is no project.
 */
export async function gatherFacts(folder: string): Promise<Facts> {
  const root = projectAt(folder);
  // Copied first, because the build may set variables.
  const environment = { ...process.env };
  const astroVersion = versionOfAstro(root);
  const { build, config } = astroVersion === undefined ? {} : await tryBuild(root);
  const report = reportOf({ build });
  const variables = new EnvFiles(root, environment, config?.adapter);
  return {
    nodeVersion: process.versions.node,
    astroVersion,
    ranges: rangesOfPackage(),
    secret: variables.find(SECRET),
    secretsInGit: variables.filesWith(SECRET).filter((file) => isSeenByGit(join(root, file))),
    config,
    build,
    store: await askStore(report && !report.hasOwnStore ? chosenStore(report.settings) : undefined, {
      root,
      redisUrl: variables.find('REDIS_URL')?.value,
      databaseUrl: variables.find('DATABASE_URL')?.value,
    }),
  };
}

async function tryBuild(root: string): Promise<Pick<Partial<Facts>, 'build' | 'config'>> {
  let config: ConfigFacts | undefined;
  try {
    const build = await readReport(root, (settled) => {
      config = factsOf(settled);
    });
    return { build, config };
  } catch (error) {
    return { build: asFailure(error), config };
  }
}

function asFailure(error: unknown): BuildFailure {
  if (!(error instanceof Error)) return { kind: 'Error', message: String(error) };
  if (error instanceof UsageError) return { kind: 'INTEGRATION_MISSING', message: error.message };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return { kind: code, message: error.message };
}

function factsOf({ site, adapter, security }: AstroConfig): ConfigFacts {
  return {
    site,
    adapter: adapter?.name,
    allowedDomains: security.allowedDomains ?? [],
    checkOrigin: security.checkOrigin,
  };
}

function versionOfAstro(root: string): string | undefined {
  try {
    return readJson(createRequire(join(root, 'package.json')).resolve('astro/package.json')).version;
  } catch {
    return undefined;
  }
}

function rangesOfPackage(): Facts['ranges'] {
  const { engines, peerDependencies } = readJson(new URL('../../../package.json', import.meta.url));
  return { node: engines.node, astro: peerDependencies.astro };
}

function readJson(file: string | URL) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
