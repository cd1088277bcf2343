import { resolve } from 'node:path';
import { ASTRO_SERVICE } from './astro/astro-client.ts';
import { AstroService } from './astro/astro-service.ts';
import { tidyBuilds } from './astro/kept-builds.ts';
import installPackedPackage from './packed-package.ts';

declare global {
  var astroService: AstroService | undefined;
}

/** Has the package installed for the applications of the specs, and Astro loaded for them. */
export default async function setUp(): Promise<void> {
  installPackedPackage();
  tidyBuilds();
  globalThis.astroService = await AstroService.start(resolve(import.meta.dirname, '../../node_modules'));
  process.env[ASTRO_SERVICE] = globalThis.astroService.path;
}
