import { describe, expect, it } from '@jest/globals';
import type { GatehouseOptions } from '../../../lib/astro/options/options.js';
import { setupObjections } from '../../../lib/astro/report/setup-objections.js';
import type { SiteFacts } from '../../../lib/astro/report/site-facts.js';

type Setup = SiteFacts['setup'];

const known = (...refused: string[]): Setup => ({
  rules: [],
  options: {},
  replaced: [],
  hasOwnStore: false,
  hasCheck: false,
  refused,
});
const invalid = (isMerged?: boolean): Setup => ({ message: 'Invalid options', options: ['a: is wrong'], isMerged });
const objected = (setup: Setup, options: GatehouseOptions = {}, isNeeded = false, setupName = 'src/gatehouse.ts') =>
  setupObjections(setup, { setupName, options, isNeeded }).map(({ error, stops }) => ({
    message: error.message,
    stops,
  }));
const refusedIn = (files: string) =>
  `[astro-gatehouse] Invalid options in ${files}, with which the built server will refuse to start:\n  - a: is wrong`;

describe('A build', () => {
  it('has nothing against a setup module that a server starts with', () => {
    expect(objected(known())).toEqual([]);
  });

  it.each<[string, Setup, GatehouseOptions, string]>([
    ['of the module alone', invalid(), { loginPath: '/enter' }, 'src/gatehouse.ts'],
    ['of both files together', invalid(true), { loginPath: '/enter' }, 'src/gatehouse.ts or astro.config'],
    ['where astro.config has none', invalid(true), { strict: false, setup: './a.ts' }, 'src/gatehouse.ts'],
    ['that are valid one by one', known('a: is wrong'), {}, 'src/gatehouse.ts'],
  ])('names the file with options that no server starts with, and goes on: options %s', (_, setup, options, files) => {
    expect(objected(setup, options)).toEqual([{ message: refusedIn(files), stops: false }]);
  });

  it('names astro.config where there is no setup module', () => {
    const [objection] = setupObjections(known('a: is wrong'), { setupName: undefined, options: {}, isNeeded: false });
    expect(objection?.error.message).toBe(refusedIn('astro.config'));
  });

  it.each<[string, Setup, GatehouseOptions, boolean, boolean]>([
    ['invalid options, in a strict build', invalid(), { strict: true }, false, true],
    ['invalid options, where pages are rendered', invalid(), {}, true, true],
    ['a module that cannot be loaded', { message: 'no database' }, {}, false, false],
    ['a module that cannot be loaded, in a strict build', { message: 'no database' }, { strict: true }, false, true],
    ['options that are valid one by one, where pages are rendered', known('a: is wrong'), {}, true, false],
    ['options that are valid one by one, in a strict build', known('a: is wrong'), { strict: true }, false, true],
  ])('is stopped only where it has to be: %s', (_, setup, options, isNeeded, stops) => {
    expect(objected(setup, options, isNeeded)).toMatchObject([{ stops }]);
  });
});
