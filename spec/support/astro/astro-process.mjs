// A process that has Astro and Vite loaded, and runs one command of Astro's after another, each in the folder of some
// project: to load them takes as long as most of what is done with them.
import channels from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const modules = process.argv[2];
// Where Node cannot, Vite finds the place of an error in the sources when one is printed. Node reads a map with each module.
delete process.setSourceMapsEnabled;
const load = (path) => import(pathToFileURL(join(modules, path)).href);
const [astro, { collectErrorMetadata }, { createSafeError }, { isAstroConfigZodError }, { formatErrorMessage }] =
  await Promise.all(
    [
      'astro/dist/index.js',
      'astro/dist/core/errors/dev/index.js',
      'astro/dist/core/errors/index.js',
      'astro/dist/core/errors/errors.js',
      'astro/dist/core/messages/runtime.js',
    ].map(load),
  );

/** Milliseconds for which a server that is to stop is waited for, while it restarts. */
const RESTART_LIMIT = 5_000;
const RESTART_BEGINS = /restarting(?: server)?\.\.\./gi;
const RESTART_ENDS = /server restarted\.|server restart failed|Continuing with previous valid configuration/g;
/** How many restarts of the development server have begun and not ended. */
let restarts = 0;

for (const stream of [process.stdout, process.stderr]) {
  stream.write = (chunk, encoding, callback) => {
    const output = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    restarts += (output.match(RESTART_BEGINS) ?? []).length - (output.match(RESTART_ENDS) ?? []).length;
    process.send(stream === process.stderr ? { output, isError: true } : { output });
    (typeof encoding === 'function' ? encoding : callback)?.();
    return true;
  };
}

const listeners = [];
const { subscribe } = channels;
channels.subscribe = (name, listener) => {
  listeners.push([name, listener]);
  subscribe(name, listener);
};

/**
 * Hands a development server the modules of Astro and of the package as this process has read them before, more than six
 * hundred: without their source maps, which take a fifth of its start, and without watching them, as no spec changes any.
 */
const installed = new Map();
const asInstalled = {
  name: 'as-installed',
  enforce: 'pre',
  applyToEnvironment: ({ name }) => name !== 'client',
  load: {
    filter: { id: /[\\/]node_modules[\\/]astro(?:-gatehouse)?[\\/]dist[\\/][^?]+\.js$/ },
    handler(file) {
      if (!installed.has(file)) {
        const code = readFileSync(file, 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '');
        installed.set(file, `${code}\n//# sourceURL=${file}\n`);
      }
      return { code: installed.get(file), map: { mappings: '' } };
    },
  },
};

let commandsRun = 0;

const commands = {
  async build({ folder }) {
    await astro.build({ root: folder });
    return 0;
  },
  async sync({ folder }) {
    process.env.NODE_ENV ??= 'production';
    await astro.sync({ root: folder });
    return 0;
  },
  async check({ folder, args }) {
    if (!args.includes('--noSync')) await commands.sync({ folder });
    const { check, parseArgsAsCheckConfig } = await load('@astrojs/check/dist/index.js');
    // What TypeScript has read of the packages is kept for the next project, if the working directory is the same.
    process.chdir(modules);
    return (await check(parseArgsAsCheckConfig(['node', 'astro', '--root', folder, ...args]))) ? 1 : 0;
  },
  /** The command that the package brings, which ends its process. */
  async gatehouse({ program, args }) {
    const { exit } = process;
    process.argv = [process.execPath, program, ...args];
    const ended = new Promise((end) => {
      process.exit = (code) => end(code ?? process.exitCode ?? 0);
    });
    try {
      commandsRun += 1;
      await import(`${pathToFileURL(program).href}?${commandsRun}`);
      return await ended;
    } finally {
      process.exit = exit;
      process.exitCode = undefined;
    }
  },
  async dev({ folder, port }) {
    const vite = { plugins: [asInstalled] };
    const server = await astro.dev({ root: folder, server: { port, host: '127.0.0.1' }, vite });
    await new Promise((stopped) => process.once('message', stopped));
    // One that is closed while it restarts listens again afterwards.
    const deadline = Date.now() + RESTART_LIMIT;
    while (restarts > 0 && Date.now() < deadline) await new Promise((wake) => setTimeout(wake, 20));
    await server.stop();
    return 0;
  },
};

process.on('disconnect', () => process.exit());
process.once('message', takeOrder);

async function takeOrder(order) {
  restarts = 0;
  const code = await run(order);
  process.once('message', takeOrder);
  process.send({ code, memory: process.memoryUsage.rss(), isSpent: restarts !== 0 });
}

/** @returns The code with which the command would end its process. */
async function run(order) {
  process.chdir(order.folder);
  for (const name of Object.keys(process.env)) if (!(name in order.environment)) delete process.env[name];
  Object.assign(process.env, order.environment);
  const known = new Set(Reflect.ownKeys(globalThis));
  try {
    return await commands[order.command](order);
  } catch (error) {
    // Astro has printed by then what is wrong with a config.
    if (!isAstroConfigZodError(error)) {
      console.error(formatErrorMessage(collectErrorMetadata(createSafeError(error)), true));
    }
    return 1;
  } finally {
    // What one project has put there for itself is not for the next.
    for (const key of Reflect.ownKeys(globalThis)) if (!known.has(key)) Reflect.deleteProperty(globalThis, key);
    for (const [name, listener] of listeners.splice(0)) channels.unsubscribe(name, listener);
  }
}
