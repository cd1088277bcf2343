import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { applicationId } from '../../../lib/astro/build/project-secret.js';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function project(manifest?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'project-'));
  folders.push(folder);
  writeFileSync(join(folder, 'package.json'), manifest ?? '{}');
  return folder;
}
const idOf = (folder: string, base = '/', isDevelopment = false) =>
  applicationId({ root: pathToFileURL(`${folder}/`), base }, isDevelopment);

describe('The id of an application', () => {
  it('is the same wherever the project is built', () => {
    const [here, there] = [project('{"name":"@acme/shop"}'), project('{"name":"@acme/shop"}')];
    expect(idOf(here)).toMatch(/^[0-9a-f]{6}$/);
    expect(idOf(here)).toBe(idOf(there));
    expect(idOf(here)).not.toBe(idOf(project('{"name":"@acme/desk"}')));
  });

  it('differs for each base, however the base is written', () => {
    const folder = project('{"name":"shop"}');
    expect(new Set(['/', '/shop', '/admin'].map((base) => idOf(folder, base))).size).toBe(3);
    expect(new Set(['shop', '/shop', '/shop/'].map((base) => idOf(folder, base))).size).toBe(1);
  });

  it('differs for each site of one package', () => {
    const folder = project('{"name":"sites"}');
    for (const site of ['one', 'two']) mkdirSync(join(folder, site));
    expect(idOf(join(folder, 'one'))).not.toBe(idOf(join(folder, 'two')));
  });

  it('differs for each folder in development', () => {
    const [one, two] = [project('{"name":"shop"}'), project('{"name":"shop"}')];
    expect(idOf(one, '/', true)).not.toBe(idOf(two, '/', true));
    expect(idOf(one, '/', true)).not.toBe(idOf(one));
  });

  it.each([['{}'], ['{"name":""}'], ['{"name":7}'], ['no JSON']])(
    'is undefined where the package has no name and there is no base: %s',
    (manifest) => {
      expect(idOf(project(manifest))).toBeUndefined();
      expect(idOf(project(manifest), '/shop')).toMatch(/^[0-9a-f]{6}$/);
    },
  );
});
