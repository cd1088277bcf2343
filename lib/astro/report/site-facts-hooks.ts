import type { LoadFnOutput, LoadHook, LoadHookSync, ResolveFnOutput, ResolveHook, ResolveHookSync } from 'node:module';
import { andThen } from '../../base/promised.js';

/** Modules that other hosts provide under names of their own. */
const FOREIGN = /^(?:cloudflare|bun|deno|netlify|workerd):/;
/** @see node_modules/astro/dist/core/build/plugins/plugin-manifest.js */
const MANIFEST = /(['"`])@@ASTRO_MANIFEST_REPLACE@@\1/g;
const NAMES = [
  'env',
  'exports',
  'waitUntil',
  'cache',
  'DurableObject',
  'WorkerEntrypoint',
  'WorkflowEntrypoint',
  'RpcTarget',
];
const FOLDERS = ['rootDir', 'srcDir', 'publicDir', 'outDir', 'cacheDir', 'buildClientDir', 'buildServerDir'];
const FOREIGN_SOURCE = `const nothing = new Proxy(class {}, { get: (target, key) => key in target ? target[key] : undefined });
export default nothing;
${NAMES.map((name) => `export const ${name} = nothing;`).join('\n')}`;

/** Both kinds of hooks: asynchronous and synchronous ones. */
type Resolve = ResolveHook & ResolveHookSync;
type Load = LoadHook & LoadHookSync;

export const resolve = ((specifier: string, context: never, next: Parameters<ResolveHookSync>[2]): ResolveFnOutput =>
  FOREIGN.test(specifier)
    ? { url: specifier, format: 'module', shortCircuit: true }
    : next(specifier, context)) as Resolve;

export const load = ((url: string, context: never, next: Parameters<LoadHookSync>[2]) =>
  FOREIGN.test(url)
    ? { format: 'module', source: FOREIGN_SOURCE, shortCircuit: true }
    : andThen(next(url, context), (loaded) => withoutManifest(url, loaded))) as Load;

function withoutManifest(url: string, loaded: LoadFnOutput): LoadFnOutput {
  if (!url.startsWith('file:') || url.includes('/node_modules/') || !loaded.source) return loaded;
  const source = typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source);
  return { ...loaded, source: source.replace(MANIFEST, () => emptyManifest(url)) };
}

function emptyManifest(url: string): string {
  const lists = ['routes', 'assets', 'componentMetadata', 'inlinedScripts', 'clientDirectives'];
  return JSON.stringify({
    ...Object.fromEntries(lists.map((name) => [name, []])),
    ...Object.fromEntries(FOLDERS.map((name) => [name, new URL('./', url).href])),
    key: Buffer.alloc(32).toString('base64'),
  });
}
