import { join, resolve } from 'node:path';
import { App } from '../support/app.js';

/** The packages that scripts/install-platforms.mjs installs. */
const MODULES = resolve(import.meta.dirname, '../../.apps/platforms/node_modules');
const inModules = (path: string) => join(MODULES, path);

/** A setup module that chooses the store when the server starts. */
export const STORE_BY_VARIABLE = {
  'src/gatehouse.ts': `
    import { defineGatehouse } from 'astro-gatehouse/server';
    export default defineGatehouse({ store: { use: process.env.STORE ?? 'cookie' } });`,
};
const BUILT = './dist/server/entry.mjs';

/** A platform that serves the starter, built once for all stores. */
export interface Platform {
  readonly name: string;
  readonly stores: readonly Store[];
  /** Returns the site, ready to be built. */
  readonly site: () => App;
  /** The command that serves the build, where PORT says. */
  readonly command: readonly string[];
}

export type Store = 'cookie' | 'memory' | 'sqlite' | 'astro' | 'redis' | 'postgres';
const ALL: readonly Store[] = ['cookie', 'memory', 'sqlite', 'astro', 'redis', 'postgres'];

/** The build of the starter for Node, run by this program. */
function runtime(name: string, ...program: string[]): Platform {
  const site = () => App.create('samples/starter', STORE_BY_VARIABLE);
  return { name, stores: ALL, site, command: [...program, BUILT] };
}

/** The starter within a server of one's own. @param server The server's file. */
function middleware(name: string, server: string): Platform {
  const site = () => {
    const app = App.create('samples/starter', { ...STORE_BY_VARIABLE, 'server.mjs': server });
    app.rewrite('astro.config.mjs', (text) => text.replace("'standalone'", "'middleware'"));
    return app;
  };
  return { name, stores: ALL, site, command: [process.execPath, 'server.mjs'] };
}

/**
 * The function that an adapter builds, called for each request as its host does. What the host itself would do, such as
 * to serve files, is left out.
 *
 * @param path The file of the function. @param call An expression that calls it with `request`.
 */
function hosted(name: string, adapter: 'vercel' | 'netlify', path: string, call: string): Platform {
  const server = `
    import { createServer } from 'node:http';
    import { Readable } from 'node:stream';
    const { default: hosted } = await import('${path}');
    createServer(async (incoming, outgoing) => {
      const { url, method, headers } = incoming;
      const body = method === 'GET' || method === 'HEAD' ? undefined : Readable.toWeb(incoming);
      const request = new Request('http://' + headers.host + url, { method, headers, body, duplex: 'half' });
      const response = await ${call};
      outgoing.writeHead(response.status, [...response.headers].flat());
      outgoing.end(Buffer.from(await response.arrayBuffer()));
    }).listen(process.env.PORT, '127.0.0.1');`;
  const site = () => {
    const app = App.create('samples/starter', { ...STORE_BY_VARIABLE, 'server.mjs': server });
    app.rewrite('package.json', (text) => text.replace('@astrojs/node', `@astrojs/${adapter}`));
    app.rewrite('astro.config.mjs', (text) =>
      text
        .replace("import node from '@astrojs/node'", `import ${adapter} from '@astrojs/${adapter}'`)
        .replace("node({ mode: 'standalone' })", `${adapter}()`)
        // Astro would open the session storage of the host with each page, which is not on this machine.
        .replace("output: 'server',", "output: 'server', session: false,"),
    );
    return app;
  };
  return { name, stores: ['cookie', 'redis', 'postgres'], site, command: [process.execPath, 'server.mjs'] };
}

const EXPRESS = `
  import express from '${inModules('express/index.js')}';
  import { handler } from '${BUILT}';
  express().use(express.static('dist/client')).use(handler).listen(process.env.PORT, '127.0.0.1');`;
const FASTIFY = `
  import middie from '${inModules('@fastify/middie/index.js')}';
  import fastify from '${inModules('fastify/fastify.js')}';
  import { handler } from '${BUILT}';
  const app = fastify();
  await app.register(middie);
  app.use(handler);
  await app.listen({ port: process.env.PORT, host: '127.0.0.1' });`;

export const PLATFORMS: readonly Platform[] = [
  runtime('Node 24', process.execPath),
  runtime('Node 22.13', inModules('node22/bin/node')),
  runtime('Deno', inModules('.bin/deno'), 'run', '-A'),
  runtime('Bun', inModules('.bin/bun')),
  middleware('Express', EXPRESS),
  middleware('Fastify', FASTIFY),
  hosted('Vercel', 'vercel', './.vercel/output/functions/_render.func/entry.mjs', 'hosted.fetch(request)'),
  hosted('Netlify', 'netlify', './.netlify/v1/functions/ssr/ssr.mjs', "hosted(request, { ip: '127.0.0.1' })"),
];

/** The program of pnpm, which installs every package into a folder of its own. */
export const PNPM = inModules('pnpm/bin/pnpm.mjs');

/** The oldest version of Astro that the package accepts, with the adapter of its time. */
export const OLDEST = { astro: '7.0.0', node: '11.0.0' };
