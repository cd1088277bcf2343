import { join, resolve } from 'node:path';
import { BUILD_SERVICE } from './builds/build-client.ts';
import { BuildService } from './builds/build-service.ts';
import { tidyBuilds } from './builds/kept-builds.ts';
import installPackedPackage from './packed-package.ts';

declare global {
  var buildService: BuildService | undefined;
}

/** Has the package installed for the applications of the specs, and somebody there to build them. */
export default async function setUp(_: unknown, { maxWorkers }: { maxWorkers: number }): Promise<void> {
  installPackedPackage();
  tidyBuilds();
  globalThis.buildService = await BuildService.start(
    join(resolve(import.meta.dirname, '../..'), 'node_modules/astro'),
    maxWorkers,
  );
  process.env[BUILD_SERVICE] = globalThis.buildService.path;
}
