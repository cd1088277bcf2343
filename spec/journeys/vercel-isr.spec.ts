import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import type { AstroConfig, IntegrationResolvedRoute } from 'astro';
import { isrPatterns } from '../../lib/astro/hosts/host-caches.js';
import type { App } from '../support/app.js';
import { guarded, madeSite, PAGE } from '../support/made-site.js';

/**
 * Does what @astrojs/vercel 11.0 does so far as it matters here: keeps its options to itself, empties its output when a
 * build begins, and writes at the end which requests go to `_isr`, in its regular expressions.
 */
const ADAPTER = `
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import node from '@astrojs/node';

const escaped = (route) => '^' + route.replace(/\\/\\[\\.\\.\\.\\w+\\]/g, '(?:/(.*?))?').replace(/\\[\\w+\\]/g, '([^/]+?)') + '$';

export default function vercel({ isr = false } = {}) {
  const inner = node({ mode: 'standalone' });
  let config, routes, hasServerBuild = false;
  return {
    name: '@astrojs/vercel',
    hooks: {
      ...inner.hooks,
      'astro:routes:resolved': (given) => { routes = given.routes; },
      'astro:config:done': (given) => {
        config = given.config;
        inner.hooks['astro:config:done']({ ...given, setAdapter: (adapter) => given.setAdapter({ ...adapter, name: '@astrojs/vercel' }) });
      },
      'astro:build:start': () => {
        hasServerBuild = false;
        rmSync(new URL('.vercel/output/', config.root), { recursive: true, force: true });
      },
      'astro:build:ssr': () => { hasServerBuild = true; },
      'astro:build:done': () => {
        if (!hasServerBuild) return;
        // Traces what the server's entry needs.
        readFileSync(new URL(config.build.serverEntry, config.build.server));
        const exclude = (isr.exclude ?? []).flatMap((one) =>
          one instanceof RegExp ? routes.filter(({ pattern }) => one.test(pattern)).map(({ pattern }) => pattern) : [one]);
        const written = isr ? exclude.map((one) => ({ src: escaped(one), dest: '_render' })) : [];
        for (const { pattern, patternRegex: { source }, isPrerendered } of routes) {
          if (isPrerendered || exclude.includes(pattern)) continue;
          const isInternal = /^\\^\\\\\\/_(?:image|server-islands)/.test(source);
          const src = isInternal || !isr ? source : source.replace(/^\\^(.*)\\$$/, '^($1)$');
          written.push({ src: src.replaceAll('\\\\/', '/'), dest: isInternal || !isr ? '_render' : '/_isr?x_astro_path=$1' });
        }
        mkdirSync(new URL('.vercel/output/', config.root), { recursive: true });
        const file = new URL('.vercel/output/config.json', config.root);
        writeFileSync(file, JSON.stringify({ version: 3, routes: [{ handle: 'filesystem' }, ...written] }));
      },
    },
  };
}`;

const CONFIG = `
import { defineConfig } from 'astro/config';
import gatehouse from 'astro-gatehouse';
import vercel from './vercel.mjs';

const { isr, options } = JSON.parse(process.env.SITE ?? '{}');
const given = isr?.expression ? { exclude: [new RegExp(isr.expression)] } : isr;
export default defineConfig({ output: 'server', adapter: vercel({ isr: given }), integrations: [gatehouse(options)] });`;

let app: App | undefined;
const kept: string[] = [];

afterEach(() => {
  app?.remove();
  app = undefined;
});
afterAll(() => {
  for (const folder of kept) rmSync(folder, { recursive: true });
});

function site(): App {
  app = madeSite('', {
    'astro.config.mjs': CONFIG,
    'vercel.mjs': ADAPTER,
    'src/pages/login.astro': PAGE,
    'src/pages/admin/index.astro': PAGE,
    'src/pages/admin/users.astro': PAGE,
    'src/pages/team.astro': guarded(`'user'`),
    'src/pages/blog/[slug].astro': PAGE,
    'src/actions/index.ts': `import { defineAction } from 'astro:actions';
      export const server = { remove: defineAction({ handler: () => 1 }) };`,
  });
  return app;
}

const PROTECT = [{ pattern: '/admin/**' }, { action: 'remove' }];
const ALL = ['/admin/users', '/admin', '/login', '/team', '/_actions/[...path]'];

describe("A guarded route that Vercel's ISR would answer before the guard", () => {
  const build = (isr: unknown, options: unknown) =>
    (app ?? site()).astro('build', { SITE: JSON.stringify({ isr, options }) });

  it('stops a build with the routes to exclude, unless they are excluded', async () => {
    const { code, output } = await build(true, { protect: PROTECT });
    expect(code).not.toBe(0);
    expect(output).toContain('/admin/users: protect[0] of astro.config (signed in)');
    expect(output).toContain('/team: guard of src/pages/team.astro (signed in)');
    expect(output).toContain('/login: loginPath');
    expect(output).toContain(`isr: { exclude: [${ALL.map((route) => `'${route}'`).join(', ')}] }`);
    expect((await build({ exclude: ALL }, { protect: PROTECT })).code).toBe(0);
    expect((await build({ exclude: ALL.slice(1) }, { protect: PROTECT })).output).toContain(
      `exclude: ['/admin/users'] }`,
    );
    expect((await build(false, { protect: PROTECT })).code).toBe(0);
    const expression = '^/(?:admin|login|team|_actions)';
    expect((await build({ expression }, { protect: PROTECT })).code).toBe(0);
  });

  it('may be any route that is not excluded when everything is protected', async () => {
    const { output } = await build({ exclude: ALL }, { globalProtect: true, exclude: ['/blog/*'] });
    expect(output).toContain(`isr: { exclude: ['/'] }`);
  });

  it('includes the whole dynamic page when a rule covers one of its paths, because of other spellings', async () => {
    const { output } = await build({ exclude: ALL }, { protect: [...PROTECT, { pattern: '/blog/drafts' }] });
    expect(output).toContain(`isr: { exclude: ['/blog/[slug]'] }`);
  });

  it('is reported by routes and doctor, which do not change the build output', async () => {
    site().write({ '.vercel/output/config.json': '{"version":3}' });
    const options = `{ protect: ${JSON.stringify(PROTECT)} }`;
    app?.rewrite('astro.config.mjs', (text) =>
      text.replace('isr: given', 'isr: true').replace('gatehouse(options)', `gatehouse(${options})`),
    );
    const routes = await app?.gatehouse('routes');
    expect(routes?.output).toContain('A build stops here: isr of @astrojs/vercel answers these');
    const doctor = await app?.gatehouse('doctor', '--json');
    expect(doctor?.output).toContain('GUARDED_ROUTE_IN_ISR');
    expect(readFileSync(join((app as App).folder, '.vercel/output/config.json'), 'utf8')).toBe('{"version":3}');
  });
});

describe('The routes that ISR answers', () => {
  const ROUTES = ['^\\/admin\\/?$', '^\\/blog\\/([^/]+?)\\/?$', '^\\/$'].map((source, at) => ({
    pattern: `/${at}`,
    patternRegex: new RegExp(source),
  })) as IntegrationResolvedRoute[];

  function written(content: object | undefined, name = '@astrojs/vercel'): string[] {
    const folder = mkdtempSync(join(tmpdir(), 'isr-'));
    kept.push(folder);
    mkdirSync(join(folder, '.vercel/output'), { recursive: true });
    if (content) writeFileSync(join(folder, '.vercel/output/config.json'), JSON.stringify(content));
    const config = { root: pathToFileURL(`${folder}/`), adapter: { name, hooks: {} } };
    return [...isrPatterns(config as Pick<AstroConfig, 'root' | 'adapter'>, ROUTES)];
  }

  const LIST = {
    routes: [
      { handle: 'filesystem' },
      { src: '^(/admin/?)$', dest: '/_isr?x_astro_path=$1' },
      { src: '^/blog/([^/]+?)/?$', dest: '_isr' },
      { src: '^/$', dest: '_render' },
    ],
  };

  it('are read from the output of the adapter', () => {
    expect(written(LIST)).toEqual(['/0', '/1']);
  });

  it('are empty for another adapter, or without output', () => {
    expect([...written(LIST, '@astrojs/node'), ...written({ version: 3 }), ...written(undefined)]).toEqual([]);
  });
});
