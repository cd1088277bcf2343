import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { checkBuild } from '../../../lib/cli/doctor/check-build.js';
import { briefly, healthy, settled, toldReport, withSettings } from '../../support/doctor-facts.js';

describe('The check of the build', () => {
  it('finds nothing in a build that succeeds, or was not tried', () => {
    expect(checkBuild(healthy())).toEqual([]);
    expect(checkBuild(healthy({ build: undefined }))).toEqual([]);
  });

  it.each([
    ['INVALID_OPTIONS', 'INVALID_OPTIONS'],
    ['INTEGRATION_MISSING', 'INTEGRATION_MISSING'],
    ['MISSING_CLIENT', 'MISSING_CLIENT'],
    ['NoAdapterInstalled', 'ADAPTER_MISSING'],
    ['NoAdapterInstalledServerIslands', 'ADAPTER_MISSING'],
    ['SyntaxError', 'BUILD_FAILED'],
  ])('reports a build that fails with %s as dangerous: %s', (kind, code) => {
    const [finding] = checkBuild(healthy({ build: { kind, message: '[astro-gatehouse] It is so.' } }));
    expect(finding).toMatchObject({ code, level: 'danger' });
    expect(finding?.problem.endsWith('It is so.')).toBe(true);
    expect(finding?.problem).not.toContain('[astro-gatehouse]');
  });

  it.each([
    ['UNGUARDED_FILES', true, 'danger'],
    ['UNGUARDED_FILES', false, 'advice'],
    ['GUARDED_ROUTE_CACHED', true, 'danger'],
    ['USELESS_RULES', false, 'advice'],
    ['USELESS_RULES', true, 'danger'],
    ['HIDDEN_PAGES_REVEALED', false, 'advice'],
    ['UNGUARDED_PIPELINE', false, 'advice'],
    ['SETUP_NOT_LOADED', false, 'advice'],
    ['INVALID_OPTIONS', false, 'danger'],
  ])('reports %s, which stops a build (%s), as %s', (code, stops, level) => {
    const build = toldReport({ objections: [{ code, message: 'It is so.', stops }] });
    expect(briefly(checkBuild(healthy({ build })))).toEqual([`${level} ${code}`]);
  });

  it('has a cure for every error of a build', () => {
    const source = readFileSync(new URL('../../../lib/errors/build-errors.ts', import.meta.url), 'utf8');
    const codes = [...source.matchAll(/super\(\s*'([A-Z_]+)'/g)].map(([, code = '']) => code);
    expect(codes).toContain('DEAD_ENDS');
    const cureOf = (code: string) => {
      const build = toldReport({ objections: [{ code, message: 'It is so.', stops: false }] });
      return checkBuild(healthy({ build }))[0]?.cure;
    };
    const unknown = cureOf('SOMETHING_NEW');
    expect(unknown).toBe('Run npx astro build, which shows it in full, and correct what it names.');
    expect(codes.filter((code) => cureOf(code) === unknown)).toEqual([]);
  });

  it('leads to the section about the host that refuses the store', () => {
    const objections = [{ code: 'UNHOSTED_STORE', message: 'It is so.', stops: true }];
    const build = toldReport({ objections });
    const seen = (adapter: string) => checkBuild(healthy({ build, config: settled({ adapter }) }))[0]?.see;
    expect([seen('@astrojs/cloudflare'), seen('@astrojs/vercel')]).toEqual(['workers', 'stores']);
  });

  it('reports once what the protection report cannot know', () => {
    const notes = ['access.check decides every rule alone'];
    expect(briefly(checkBuild(healthy({ build: toldReport({ notes }) })))).toEqual(['note NOT_IN_REPORT']);
    const objections = [{ code: 'SETUP_NOT_LOADED', message: 'It is so.', stops: false }];
    const build = toldReport({ notes, objections });
    expect(briefly(checkBuild(healthy({ build })))).toEqual(['advice SETUP_NOT_LOADED']);
  });

  it('advises rendering on demand where everything is prerendered, and enforcing the rules', () => {
    const config = settled({ adapter: undefined });
    expect(briefly(checkBuild(healthy({ config })))).toEqual(['advice ALL_PRERENDERED']);
    expect(briefly(checkBuild(withSettings({ enforce: false })))).toEqual(['advice NOT_ENFORCED']);
  });
});
