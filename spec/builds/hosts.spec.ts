import { afterEach, describe, expect, it } from '@jest/globals';
import type { AstroAdapter, AstroIntegration } from 'astro';
import { buildChannel } from '../../lib/astro/report/build-channel.js';
import type { App } from '../support/app.js';
import { type HookedConfig, HookedProject } from '../support/hooked-project.js';
import { madeSite, PAGE, prerendered, setup } from '../support/made-site.js';

/** An adapter as Astro sees it: by its name, and by the features that it passes in a hook. */
function adapter(name: string, adapterFeatures: AstroAdapter['adapterFeatures'] = {}): AstroIntegration {
  const settled = { name, adapterFeatures, supportedAstroFeatures: {} } as AstroAdapter;
  return { name, hooks: { 'astro:config:done': ({ setAdapter }) => setAdapter(settled) } };
}

/** The packages of clients and drivers, as far as the package looks for them. */
const INSTALLED = Object.fromEntries(
  ['redis', 'pg', 'unstorage', 'unstorage/drivers/fs'].map((name) => [`node_modules/${name}/index.js`, '']),
);

async function built(options: object, config: HookedConfig, page = PAGE) {
  const project = HookedProject.create({ ...INSTALLED, 'src/pages/index.astro': page }, config);
  const outcome = await project.build(options);
  project.remove();
  return outcome;
}

const DRIVER = { session: { driver: { entrypoint: 'here' } } } as unknown as HookedConfig;
const FS = { use: 'unstorage', driver: 'fs' };

describe('A store that cannot keep sessions on the host', () => {
  it.each([
    ['cloudflare', 'sqlite', 'The store sqlite cannot keep sessions on Cloudflare Workers: there are no files'],
    ['cloudflare', 'redis', 'a connection there cannot be used by any request but the one that opened it'],
    ['cloudflare', 'postgres', 'The store postgres cannot keep sessions on Cloudflare Workers'],
    ['vercel', 'memory', 'The store memory cannot keep sessions on Vercel: every function has its own memory'],
    ['vercel', 'sqlite', 'The store sqlite cannot keep sessions on Vercel: files there are read-only'],
    ['netlify', 'memory', 'The store memory cannot keep sessions on Netlify'],
    ['netlify', 'sqlite', "Use store: { use: 'cookie' }, store: { use: 'astro' } (Netlify Blobs"],
    ['netlify', FS, 'The store unstorage with the driver fs cannot keep sessions on Netlify'],
  ])('stops the build for @astrojs/%s: %j', async (host, store, message) => {
    const options = { store: typeof store === 'string' ? { use: store } : store };
    const { code, output } = await built(options, { adapter: adapter(`@astrojs/${host}`), ...DRIVER });
    expect(code).not.toBe(0);
    expect(output).toContain(message);
    expect(output).toContain('Use store: {');
  });

  it.each([
    ['node', 'memory'],
    ['node', 'sqlite'],
    ['cloudflare', 'cookie'],
    ['cloudflare', 'astro'],
    ['vercel', 'redis'],
    ['netlify', 'postgres'],
  ])('is not assumed for @astrojs/%s: %s', async (host, use) => {
    const config = { adapter: adapter(`@astrojs/${host}`), ...DRIVER };
    const { code, output } = await built({ store: { use } }, config);
    expect([code, output]).toEqual([0, expect.not.stringMatching(/cannot keep|no session storage/)]);
  });

  it('is a warning of astro dev where that runs the site as the host does', async () => {
    const warned = async (host: string, use: string) => {
      const config = { adapter: adapter(`@astrojs/${host}`) };
      const project = HookedProject.create({ ...INSTALLED, 'src/pages/index.astro': PAGE }, config);
      const { code, output } = await project.start('dev', { store: { use } });
      project.remove();
      return [code, output.includes(`The store ${use} cannot keep sessions`)];
    };
    expect(await warned('cloudflare', 'sqlite')).toEqual([0, true]);
    expect(await warned('cloudflare', 'cookie')).toEqual([0, false]);
    expect(await warned('vercel', 'sqlite')).toEqual([0, false]);
  });

  it('is not needed by a site whose pages are all prerendered', async () => {
    const objections = async (page: string) => {
      let codes: string[] | undefined;
      // A build stops at the first problem, which is here that nothing was bundled; a report names all of them.
      buildChannel().receiver = (report) => {
        codes = report.objections.map(({ code }) => code);
      };
      await built({ store: { use: 'sqlite' } }, { adapter: adapter('@astrojs/netlify') }, page);
      buildChannel().receiver = undefined;
      return codes;
    };
    expect(await objections(PAGE)).toContain('UNHOSTED_STORE');
    const ofFiles = await objections(prerendered(PAGE));
    expect(ofFiles).toContain('SETUP_NOT_LOADED');
    expect(ofFiles).not.toContain('UNHOSTED_STORE');
  });

  it('is a warning where it works as long as there is one process', async () => {
    const config = { adapter: adapter('@astrojs/cloudflare') };
    const { code, output } = await built({ store: { use: 'memory' } }, config);
    expect(code).toBe(0);
    expect(output).toContain('The store memory cannot keep sessions on Cloudflare Workers: every isolate');
    expect(await built({ store: { use: 'memory' }, strict: true }, config)).not.toMatchObject({ code: 0 });
  });

  it.each(['node', 'vercel'])('stops the build if it is that of Astro without a driver: @astrojs/%s', async (host) => {
    const { code, output } = await built({ store: { use: 'astro' } }, { adapter: adapter(`@astrojs/${host}`) });
    expect(code).not.toBe(0);
    expect(output).toContain('Configure session.driver in astro.config');
  });
});

describe("A driver of Astro's session storage", () => {
  it('stops the build where nothing that it stores lasts', async () => {
    const session = { driver: { entrypoint: 'unstorage/drivers/fs-lite' } };
    const { code, output } = await built(
      { store: { use: 'astro' } },
      { adapter: adapter('@astrojs/netlify'), session },
    );
    expect(code).not.toBe(0);
    expect(output).toContain('The store astro with the driver fs-lite cannot keep sessions on Netlify');
  });
});

describe('Middleware that runs apart from the pages', () => {
  it.each<[string, AstroAdapter['adapterFeatures']]>([
    ['netlify', { middlewareMode: 'edge' }],
    ['vercel', { middlewareMode: 'edge' }],
    ['vercel', { edgeMiddleware: true }],
  ])('stops the build for @astrojs/%s with %j', async (host, features) => {
    const { code, output } = await built({}, { adapter: adapter(`@astrojs/${host}`, features) });
    expect(code).not.toBe(0);
    expect(output).toContain(`@astrojs/${host} runs middleware apart from the pages (middlewareMode: 'edge')`);
  });

  it('is not assumed', async () => {
    const config = { adapter: adapter('@astrojs/vercel', { middlewareMode: 'classic' }) };
    expect(await built({}, config)).toMatchObject({ code: 0 });
  });
});

describe('The host of a site with a setup module', () => {
  let site: App | undefined;
  afterEach(() => site?.remove());

  it('is checked with the store that the module chooses, unless the store is its own', async () => {
    site = madeSite('', {
      'astro.config.mjs': `
        import node from '@astrojs/node';
        import { defineConfig } from 'astro/config';
        import gatehouse from 'astro-gatehouse';
        const { hooks } = node({ mode: 'standalone' });
        const settle = hooks['astro:config:done'];
        const name = '@astrojs/netlify';
        const middlewareMode = process.env.EDGE ? 'edge' : 'classic';
        hooks['astro:config:done'] = (given) => settle({ ...given, setAdapter: (adapter) =>
          given.setAdapter({ ...adapter, name, adapterFeatures: { ...adapter.adapterFeatures, middlewareMode } }) });
        export default defineConfig({ output: 'server', adapter: { name, hooks }, integrations: [gatehouse()] });`,
      ...setup(
        `{ store: { use: 'sqlite' }, services: process.env.OWN ? (services) => services.override(SessionStore, Mine) : undefined }`,
        `import { MemorySessionStore } from 'astro-gatehouse/server'; class Mine extends MemorySessionStore {}`,
      ),
    });
    const refused = await site.astro('build');
    expect([refused.code === 0, refused.output]).toEqual([false, expect.stringContaining('The store sqlite cannot')]);
    const own = await site.astro('build', { OWN: '1' });
    expect([own.code, own.output]).toEqual([0, expect.not.stringContaining('cannot keep')]);
    const { output } = await site.gatehouse('doctor', '--json');
    const codes = JSON.parse(output).findings.map(({ code }: { code: string }) => code);
    expect(codes).toContain('UNHOSTED_STORE');
    expect(codes).not.toContain('STORE_UNAVAILABLE');
    const onEdge = { adapter: adapter('@astrojs/netlify', { middlewareMode: 'edge' }) };
    const edge = await built({}, onEdge);
    expect([edge.code === 0, edge.output]).toEqual([false, expect.stringContaining("Remove middlewareMode: 'edge'")]);
    // It would run before prerendered pages, too.
    site.rewrite('src/pages/index.astro', prerendered);
    const files = await site.astro('build', { EDGE: '1', OWN: '1' });
    expect([files.code === 0, files.output]).toEqual([false, expect.stringContaining("Remove middlewareMode: 'edge'")]);
  });
});
