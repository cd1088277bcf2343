import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hasExperimentalDecorators } from '../../../lib/astro/build/decorators.js';

describe('Whether a project asks for experimental decorators', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-flag-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each([
    ['says so', '{ "compilerOptions": { "experimentalDecorators": true } }', true],
    ['says nothing of it', '{ /* "experimentalDecorators": true */ "compilerOptions": { "strict": true, }, }', false],
    ['extends what is not there', '{ "extends": "./missing" }', undefined],
    ['is no JSON', '{', undefined],
  ])('is told where its tsconfig.json %s', (_, config, expected) => {
    writeFileSync(join(folder, 'tsconfig.json'), config);
    expect(hasExperimentalDecorators(folder)).toBe(expected);
  });

  it('is not known where it has none', () => {
    expect(hasExperimentalDecorators(folder)).toBeUndefined();
  });
});
