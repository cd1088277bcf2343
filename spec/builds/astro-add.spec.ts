import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, type Outcome } from '../support/app.js';
import { PackageRegistry } from '../support/package-registry.js';

/** As `npm create astro` makes it, but for Astro itself, which is found where the repository has it. */
const MINIMAL = {
  'package.json': JSON.stringify({ name: 'fresh', type: 'module', version: '0.0.1', private: true }),
  'astro.config.mjs': `// @ts-check
import { defineConfig } from 'astro/config';

// https://astro.build/config
export default defineConfig({});
`,
  'src/pages/index.astro': '<html lang="en"><body><h1>Astro</h1></body></html>',
};

/** One for all projects: a package is packed once. */
let registry: PackageRegistry;

beforeAll(async () => {
  registry = await PackageRegistry.start();
});
afterAll(() => registry.stop());

describe.each([
  { names: ['astro-gatehouse'], hasAdapter: false },
  { names: ['node', 'astro-gatehouse'], hasAdapter: true },
])('astro add $names in a fresh project', ({ names, hasAdapter }) => {
  let app: App;
  let added: Outcome;
  let missed: string[];

  beforeAll(async () => {
    app = App.create(undefined, MINIMAL);
    added = await app.astro(['add', ...names, '--yes'], {
      npm_config_registry: registry.origin,
      npm_config_noproxy: '127.0.0.1',
      npm_config_cache: join(app.folder, '.npm'),
      npm_config_legacy_peer_deps: 'true',
      npm_config_audit: 'false',
      npm_config_fund: 'false',
      npm_config_update_notifier: 'false',
    });
    missed = registry.missed.splice(0);
  });
  afterAll(() => app.remove());

  const read = (path: string) => readFileSync(join(app.folder, path), 'utf8');

  it('succeeds, and requests only packages that exist', () => {
    expect(added).toMatchObject({ code: 0, output: expect.stringContaining('astro-gatehouse') });
    // Astro looks for one of its own of that name first.
    expect(missed).toEqual(['/@astrojs/astro-gatehouse/latest']);
  });

  it('installs the package without its optional dependencies', () => {
    const { version } = JSON.parse(read('node_modules/astro-gatehouse/package.json'));
    const { dependencies } = JSON.parse(read('package.json'));
    expect(Object.keys(dependencies)).toEqual(hasAdapter ? ['@astrojs/node', 'astro-gatehouse'] : ['astro-gatehouse']);
    expect(dependencies['astro-gatehouse']).toBe(`^${version}`);
  });

  it('adds it to astro.config as the README shows', () => {
    const config = read('astro.config.mjs');
    expect(config).toContain("import gatehouse from 'astro-gatehouse';");
    expect(config).toMatch(/integrations: \[gatehouse\(\)\]/);
    expect(config.includes("import node from '@astrojs/node';")).toBe(hasAdapter);
  });

  it('leaves a project that builds and reports what is missing', async () => {
    const { code, output } = await app.astro('build');
    expect(code).toBe(0);
    expect(output).toMatch(/For everybody: \d, signed in: 0/);
    expect(output.includes('npx astro add node')).toBe(!hasAdapter);
  });
});
