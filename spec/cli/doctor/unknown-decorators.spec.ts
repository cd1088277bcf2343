import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { unknownDecorators } from '../../../lib/cli/doctor/unknown-decorators.js';

const IMPORT = `import { inject, injectable } from 'astro-gatehouse/server';\n`;
const CART = { 'src/shop/cart.ts': `${IMPORT}@injectable() class Cart { constructor(@inject(Shop) shop: Shop) {} }` };
const FLAG = '{ "compilerOptions": { "experimentalDecorators": true } }';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-types-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** @param files Path → text. */
function found(files: Record<string, string>): string[] {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return unknownDecorators(folder);
}

describe('Decorators that the type checker does not know', () => {
  it.each<[string, Record<string, string>]>([
    ['has no such flag', { 'tsconfig.json': '{}' }],
    ['says no', { 'tsconfig.json': '{ "compilerOptions": { "experimentalDecorators": false } }' }],
    [
      'says so in a comment',
      { 'tsconfig.json': `{ // ${FLAG}\n "compilerOptions": { /* ${FLAG} */ "strict": true, }, }` },
    ],
    [
      'says no where its base says yes',
      {
        'tsconfig.json': '{ "extends": "./base", "compilerOptions": { "experimentalDecorators": false } }',
        'base.json': FLAG,
      },
    ],
  ])('are those of parameters where tsconfig %s', (_, files) => {
    expect(found({ ...CART, ...files })).toEqual(['src/shop/cart.ts']);
  });

  it.each<[string, Record<string, string>]>([
    ['tsconfig has the flag', { 'tsconfig.json': FLAG }],
    [
      'its base has it',
      { 'tsconfig.json': '{ "$schema": "https://a.example", "extends": "./base.json" }', 'base.json': FLAG },
    ],
    [
      'one of its bases has it',
      {
        'tsconfig.json': '{ "extends": ["./plain", "config-package/base"] }',
        'plain.json': '{}',
        'node_modules/config-package/base.json': FLAG,
      },
    ],
    [
      'a package has it',
      { 'tsconfig.json': '{ "extends": "config-package" }', 'node_modules/config-package/tsconfig.json': FLAG },
    ],
    ['there is no tsconfig', {}],
    ['nobody can tell', { 'tsconfig.json': '{ "extends": "not-there" }' }],
  ])('are none where %s', (_, files) => {
    expect(found({ ...CART, ...files })).toEqual([]);
  });

  it.each([
    ['of classes', `${IMPORT}@injectable() class Cart { constructor(shop: Shop) {} }`],
    ['of other packages', `import { inject } from 'other';\nclass Cart { constructor(@inject(Shop) shop: Shop) {} }`],
  ])('are not those %s', (_, text) => {
    expect(found({ 'src/cart.ts': text, 'tsconfig.json': '{}' })).toEqual([]);
  });

  it('are none where there is no src', () => {
    expect(found({ 'tsconfig.json': '{}' })).toEqual([]);
  });
});
