import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AstroConfig } from 'astro';
import { assertNodejsCompat, assertPreviewSecret } from '../../../lib/astro/hosts/worker-setup.js';
import { SECRET } from '../../support/secret.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-worker-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Astro's config of a project with these files. */
function project(files: Record<string, string>, name = '@astrojs/cloudflare') {
  mkdirSync(join(folder, 'dist/server'), { recursive: true });
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  const root = pathToFileURL(`${folder}/`);
  const build = { server: new URL('dist/server/', root) } as AstroConfig['build'];
  return { root, build, adapter: { name, hooks: {} } };
}

describe('A preview of a Worker', () => {
  it('starts with a secret that the build has copied', () => {
    const files = { 'dist/server/.dev.vars': `GATEHOUSE_SECRET=${SECRET}` };
    expect(() => assertPreviewSecret(project(files))).not.toThrow();
  });

  it.each([
    ['without any', { 'wrangler.jsonc': '{}' }, 'Then build again'],
    [
      'with one that was not copied',
      { 'wrangler.toml': '', '.dev.vars': `GATEHOUSE_SECRET=${SECRET}` },
      'Then build again',
    ],
    ['without a configuration', { '.dev.vars': `GATEHOUSE_SECRET=${SECRET}` }, 'create wrangler.jsonc, without which'],
  ])('does not start %s, and names the cure', (_, files, cure) => {
    const preview = () => assertPreviewSecret(project(files));
    expect(preview).toThrow(
      expect.objectContaining({ code: 'MISSING_SECRET', message: expect.stringContaining(cure) }),
    );
    expect(preview).toThrow('set GATEHOUSE_SECRET in .dev.vars to at least 32 random characters');
  });

  it('is not assumed for other adapters', () => {
    expect(() => assertPreviewSecret(project({}, '@astrojs/node'))).not.toThrow();
  });
});

describe('A built Worker', () => {
  it.each([
    ['2026-08-04', []],
    ['2026-01-01', ['nodejs_compat']],
    ['2024-01-01', ['nodejs_compat_v2']],
  ])("has Node's modules by date or by flag: %s %j", (compatibility_date, compatibility_flags) => {
    const config = project({
      'dist/server/wrangler.json': JSON.stringify({ compatibility_date, compatibility_flags }),
    });
    expect(() => assertNodejsCompat(config)).not.toThrow();
  });

  it.each([
    ['2026-08-03', []],
    ['2026-10-01', ['no_nodejs_compat']],
    ['2026-01-01', ['nodejs_als']],
  ])("is refused without Node's modules: %s %j", (compatibility_date, compatibility_flags) => {
    const config = project({
      'dist/server/wrangler.json': JSON.stringify({ compatibility_date, compatibility_flags }),
    });
    expect(() => assertNodejsCompat(config)).toThrow('"compatibility_flags": ["nodejs_compat"] to wrangler.jsonc');
  });

  it('is not looked for where none was built', () => {
    expect(() => assertNodejsCompat(project({}))).not.toThrow();
    expect(() => assertNodejsCompat(project({ 'dist/server/wrangler.json': '{}' }, '@astrojs/node'))).not.toThrow();
  });
});
