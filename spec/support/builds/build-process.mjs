// A process that has Astro and Vite loaded, and builds one project after another: to load them takes as long as to build.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const load = (path) => import(pathToFileURL(join(process.argv[2], 'dist', path)).href);
const loaded = Promise.all(
  [
    'core/build/index.js',
    'core/errors/dev/index.js',
    'core/errors/index.js',
    'core/errors/errors.js',
    'core/messages/runtime.js',
  ].map(load),
);

let printed = '';
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (chunk, encoding, callback) => {
    printed += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    (typeof encoding === 'function' ? encoding : callback)?.();
    return true;
  };
}

process.on('message', async ({ folder, environment }) => {
  printed = '';
  const code = await build(folder, environment);
  process.send({ code, output: printed, memory: process.memoryUsage.rss() });
});
process.on('disconnect', () => process.exit());

/** @returns The code with which `astro build` would end. */
async function build(folder, environment) {
  process.chdir(folder);
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
  const [
    { default: astroBuild },
    { collectErrorMetadata },
    { createSafeError },
    { isAstroConfigZodError },
    { formatErrorMessage },
  ] = await loaded;
  try {
    await astroBuild({ root: folder });
    return 0;
  } catch (error) {
    // Astro has printed the mistakes of a config already.
    if (!isAstroConfigZodError(error)) {
      console.error(formatErrorMessage(collectErrorMetadata(createSafeError(error)), true));
    }
    return 1;
  }
}
