import { describe, expect, it } from '@jest/globals';
import type { AstroAdapter, AstroConfig, AstroIntegration, HookParameters, IntegrationResolvedRoute } from 'astro';
import { HostLimits } from '../../../lib/astro/hosts/host-limits.js';
import type { ChosenStore } from '../../../lib/astro/options/store-choice.js';

type Route = Pick<IntegrationResolvedRoute, 'pattern' | 'origin' | 'isPrerendered' | 'type'>;

const PAGE: Route = { pattern: '/', origin: 'project', isPrerendered: false, type: 'page' };
const FILE: Route = { ...PAGE, isPrerendered: true };
const ACTIONS: Route = { ...PAGE, pattern: '/_actions/[...path]', origin: 'internal', type: 'endpoint' };
const IMAGES: Route = { ...ACTIONS, pattern: '/_image' };
const ISLANDS: Route = { ...PAGE, pattern: '/_server-islands/[name]', origin: 'internal' };

/** Returns the problems of a site, each with its code, and what it says. */
function problems(
  adapter: string,
  store: ChosenStore | undefined,
  session?: AstroConfig['session'],
  routes: readonly Route[] = [PAGE],
  hasIslands = false,
): (readonly [code: string, isFatal: boolean, message: string])[] {
  const config = { adapter: { name: adapter, hooks: {} }, session } as AstroConfig;
  const found = new HostLimits(undefined).problems(config, routes as IntegrationResolvedRoute[], store, hasIslands);
  return found.map(({ error, isFatal }) => [error.code, isFatal, error.message]);
}

const unhosted = (message: string) => [['UNHOSTED_STORE', true, expect.stringContaining(message)]];
const byDriver = (driver: string): ChosenStore => ({ use: 'unstorage', driver });
const sessionIn = (driver: unknown) => ({ driver }) as AstroConfig['session'];

describe('The driver of a store', () => {
  it.each(['fs', 'fsLite', 'fs-lite', 'lruCache', 'unstorage/drivers/memory', 'unstorage/drivers/fs-lite.mjs'])(
    'keeps nothing in functions: %s',
    (driver) => {
      expect(problems('@astrojs/vercel', byDriver(driver))).toEqual(unhosted('nothing that its driver stores lasts'));
    },
  );

  it.each(['redis', 'mongodb'])('has connections, which a Worker cannot share: %s', (driver) => {
    expect(problems('@astrojs/cloudflare', byDriver(driver))).toEqual(unhosted('a connection there cannot be used'));
    expect(problems('@astrojs/netlify', byDriver(driver))).toEqual([]);
  });

  it.each(['null', 'localstorage', 'sessionStorage', 'indexedb'])('stores nothing on any server: %s', (driver) => {
    expect(problems('@astrojs/node', byDriver(driver))).toEqual(unhosted('it stores nothing on a server'));
  });

  it.each(['upstash', 'vercelKV', 'cloudflareKVBinding', './my-driver.ts', 'my-driver'])(
    'is accepted: %s',
    (driver) => {
      expect(['@astrojs/vercel', '@astrojs/cloudflare'].map((name) => problems(name, byDriver(driver)))).toEqual([
        [],
        [],
      ]);
    },
  );
});

describe('The session storage of Astro', () => {
  const ASTRO: ChosenStore = { use: 'astro' };

  it.each([
    { entrypoint: 'unstorage/drivers/fs-lite' },
    { entrypoint: new URL('file:///shop/node_modules/unstorage/drivers/fs-lite.mjs') },
    'fs-lite',
    'memory',
  ])('keeps nothing in functions with the driver %p', (driver) => {
    expect(problems('@astrojs/netlify', ASTRO, sessionIn(driver))).toEqual(unhosted('The store astro with the driver'));
    expect(problems('@astrojs/node', ASTRO, sessionIn(driver))).toEqual([]);
  });

  it('is missing where Astro has been told to have none', () => {
    for (const session of [undefined, false as const, {}]) {
      expect(problems('@astrojs/netlify', ASTRO, session)).toEqual([
        ['ASTRO_SESSION_MISSING', true, expect.any(String)],
      ]);
    }
  });

  it('is what the adapter configures', () => {
    const blobs = sessionIn({ entrypoint: 'unstorage/drivers/netlify-blobs' });
    expect(problems('@astrojs/netlify', ASTRO, blobs)).toEqual([]);
  });

  it('does not matter to other stores', () => {
    expect(problems('@astrojs/netlify', { use: 'cookie' }, sessionIn('memory'))).toEqual([]);
  });
});

describe('A site whose pages are all prerendered', () => {
  const SQLITE: ChosenStore = { use: 'sqlite' };
  const on = (routes: readonly Route[], hasIslands = false) =>
    problems('@astrojs/vercel', SQLITE, undefined, routes, hasIslands).length;

  it('uses a store if it has actions or server islands, and else none', () => {
    expect(on([FILE, IMAGES, ISLANDS])).toBe(0);
    expect(on([FILE, IMAGES, ISLANDS, ACTIONS])).toBe(1);
    expect(on([FILE, IMAGES, ISLANDS], true)).toBe(1);
  });

  it('cannot have middleware that runs apart from it', () => {
    const settled = { name: 'edgy', adapterFeatures: { middlewareMode: 'edge' } } as AstroAdapter;
    const adapter: AstroIntegration = {
      name: 'edgy',
      hooks: { 'astro:config:done': ({ setAdapter }) => setAdapter(settled) },
    };
    const limits = new HostLimits(adapter);
    adapter.hooks['astro:config:done']?.({ setAdapter: () => {} } as unknown as HookParameters<'astro:config:done'>);
    const found = limits.problems({ adapter } as AstroConfig, [FILE] as IntegrationResolvedRoute[], undefined);
    expect(found.map(({ error, isFatal }) => [error.code, isFatal])).toEqual([['EDGE_MIDDLEWARE', true]]);
  });
});

describe('An adapter that is not known', () => {
  it.each(['@deno/astro-adapter', '@nurodev/astro-bun', 'my-adapter'])('may use every store: %s', (name) => {
    expect((['memory', 'sqlite', 'cookie'] as const).flatMap((use) => problems(name, { use }))).toEqual([]);
  });
});
