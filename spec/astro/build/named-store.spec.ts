import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const BUILT = pathToFileURL(resolve(import.meta.dirname, '../../../dist/astro/build/named-store.js')).href;

const FILES = {
  'package.json': '{ "type": "module" }',
  'src/driver.ts': '',
  'node_modules/unstorage/package.json': JSON.stringify({
    name: 'unstorage',
    exports: { '.': { import: './main.mjs' }, './drivers/*': './drivers/*.mjs' },
  }),
  'node_modules/unstorage/main.mjs': '',
  'node_modules/unstorage/drivers/fs.mjs': '',
  'node_modules/@own/driver/package.json': '{ "name": "@own/driver", "exports": { "import": "./main.mjs" } }',
  'node_modules/@own/driver/main.mjs': '',
};

describe('The source of a store that options name', () => {
  let folder: string;

  /** The source, or the sentence of the error. Asked of Node itself: jest finds packages in another way. */
  function sourceFor(driver: string): string {
    const options = JSON.stringify({ store: { use: 'unstorage', driver } });
    const code = `
      import { namedStoreSource } from '${BUILT}';
      try {
        console.log(namedStoreSource(${options}, new URL('${pathToFileURL(`${folder}/`)}')));
      } catch (error) {
        console.log(error.message);
      }`;
    return spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' }).stdout;
  }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'named-store-'));
    for (const [name, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['fs', 'unstorage/drivers/fs'],
    ['@own/driver', '@own/driver'],
  ])('imports the driver %s from its package, which may be one that cannot be required', (driver, module) => {
    expect(sourceFor(driver)).toContain(`import openDriver from ${JSON.stringify(module)};`);
  });

  it('imports a driver of the project by its path from the root', () => {
    const path = JSON.stringify(join(folder, 'src/driver.ts'));
    expect(sourceFor('./src/driver.ts')).toContain(`import openDriver from ${path};`);
  });

  it.each(['nope', '@own/nope', './src/nope.ts'])('names a driver that is not there: %s', (driver) => {
    expect(sourceFor(driver)).toContain(`UnstorageSessionStore needs the driver ${driver}, which is not available`);
  });
});
