import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hasExperimentalDecorators } from '../../../lib/astro/build/decorators.js';

describe('The detection of experimental decorators', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-flag-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each([
    ['enables them', '{ "compilerOptions": { "experimentalDecorators": true } }', true],
    ['does not set them', '{ /* "experimentalDecorators": true */ "compilerOptions": { "strict": true, }, }', false],
    ['extends a missing file', '{ "extends": "./missing" }', undefined],
    ['is invalid JSON', '{', undefined],
  ])('works where tsconfig.json %s', (_, config, expected) => {
    writeFileSync(join(folder, 'tsconfig.json'), config);
    expect(hasExperimentalDecorators(folder)).toBe(expected);
  });

  it('has no result without a tsconfig.json', () => {
    expect(hasExperimentalDecorators(folder)).toBeUndefined();
  });
});
