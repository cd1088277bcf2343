import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { App, type Outcome } from '../support/app.js';

const ROOT = resolve(import.meta.dirname, '../..');
const SAMPLES = readdirSync(join(ROOT, 'samples')).filter((name) => existsSync(join(ROOT, 'samples', name, 'src')));

interface Manifest {
  name: string;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

function read(...path: string[]): string {
  return readFileSync(join(ROOT, ...path), 'utf8');
}

/** The names of packages that the files of a sample import. Astro's compiler makes TypeScript of what stands above the page. */
function importedBy(sample: string): string[] {
  const folder = join(ROOT, 'samples', sample);
  const files = ['src', 'test', 'astro.config.mjs'].flatMap((part) => filesIn(join(folder, part)));
  const imported = files.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    const source = file.endsWith('.astro') ? (/^---\n(.*?)\n---/s.exec(text)?.[1] ?? '') : text;
    return ts.preProcessFile(source, true, true).importedFiles.map(({ fileName }) => fileName);
  });
  const isPackage = (name: string) => !/^(?:\.|node:|astro:)/.test(name) && !builtinModules.includes(name);
  const packages = imported.filter(isPackage).map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
  return [...new Set(packages)];
}

function filesIn(path: string): string[] {
  if (!existsSync(path)) return [];
  if (/\.\w+$/.test(path)) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(?:astro|tsx?|mjs)$/.test(file))
    .map((file) => join(path, file));
}

it('There are samples', () => {
  expect(SAMPLES.sort()).toEqual([
    ...[
      'actions',
      'better-auth',
      'custom-checker',
      'device-list',
      'members',
      'oidc',
      'own-store',
      'redis',
      'starter',
      'static-shell',
    ],
  ]);
});

describe.each(SAMPLES)('The sample %s', (sample) => {
  const manifest: Manifest = JSON.parse(read('samples', sample, 'package.json'));
  const root: Manifest = JSON.parse(read('package.json'));

  it('says in a few lines what it is, how it is started, and where to look', () => {
    const readme = read('samples', sample, 'README.md');
    const title = sample.charAt(0).toUpperCase() + sample.slice(1).replace('-', ' ');
    expect(readme).toMatch(new RegExp(`^# ${title}\n\n`));
    const scripts = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, script = '']) => script);
    expect(scripts.filter((script) => !(script in (manifest.scripts ?? {})))).toEqual([]);
    expect(readme).toMatch(/\n {4}npm run \w/);
    expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(14);
    const named = [...readme.matchAll(/`((?:src|astro\.config)[\w./-]*)`/g)].map(([, path = '']) => path);
    expect(named.filter((path) => !existsSync(join(ROOT, 'samples', sample, path)))).toEqual([]);
    expect(named).not.toEqual([]);
  });

  it('can be copied out: its package.json has the commands, and whatever it imports, as this package has it', () => {
    expect(manifest).toMatchObject({
      name: sample,
      private: true,
      type: 'module',
      scripts: { dev: 'astro dev', build: 'astro build', preview: 'astro preview' },
    });
    const declared: Record<string, string> = { ...manifest.dependencies, ...manifest.devDependencies };
    expect(Object.keys(declared)).toEqual(expect.arrayContaining(['astro', 'astro-gatehouse', ...importedBy(sample)]));
    const known: Record<string, string> = {
      ...root.devDependencies,
      'astro-gatehouse': `^${JSON.parse(read('package.json')).version}`,
    };
    expect(declared).toEqual(Object.fromEntries(Object.keys(declared).map((name) => [name, known[name]])));
  });

  it('is walked by a spec', () => {
    const specs = readdirSync(join(ROOT, 'spec/samples')).filter((name) => name !== 'samples.spec.ts');
    expect(specs.some((name) => read('spec/samples', name).includes(`'samples/${sample}'`))).toBe(true);
  });

  describe('as an application', () => {
    let app: App;
    let built: Outcome;

    beforeAll(async () => {
      app = App.create(`samples/${sample}`);
      built = await app.astro('build');
    });
    afterAll(() => app.remove());

    it('builds without a warning', () => {
      expect(built.code).toBe(0);
      expect(built.output).toContain('Who may see what: npx astro-gatehouse routes');
      expect(built.output).not.toMatch(/\bwarn|\[ERROR\]/i);
    });

    it('is clean to astro check', async () => {
      // The build has written the types that it would begin with.
      const { code, output } = await app.astro(['check', '--noSync']);
      expect(output).toMatch(/- 0 errors\s+- 0 warnings\s+- 0 hints/);
      expect(code).toBe(0);
    });
  });
});
