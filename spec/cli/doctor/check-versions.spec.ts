import { describe, expect, it } from '@jest/globals';
import { checkVersions, isWithin } from '../../../lib/cli/doctor/check-versions.js';
import { briefly, healthy, withSettings } from '../../support/doctor-facts.js';

describe('The check of versions', () => {
  it.each([
    ['22.12.0', '>=22.12.0', true],
    ['22.11.9', '>=22.12.0', false],
    ['20.99.0', '>=22.12.0', false],
    ['23.0.0', '>=22.12.0', true],
    ['7.3.5', '^7.0.0', true],
    ['7.0.0-beta.1', '^7.0.0', true],
    ['8.0.0', '^7.0.0', false],
    ['6.9.9', '^7.0.0', false],
    ['7.3.5', '^7.4.0', false],
  ])('compares %s with the range %s: %s', (version, range, expected) => {
    expect(isWithin(version, range)).toBe(expected);
  });

  it('requires the Node version of the package, and of the sqlite store', () => {
    const sqlite = { session: { store: 'sqlite' as const } };
    expect(checkVersions(healthy({ nodeVersion: '22.12.0' }))).toEqual([]);
    expect(checkVersions(withSettings(sqlite, { nodeVersion: '22.13.0' }))).toEqual([]);
    const [old] = checkVersions(healthy({ nodeVersion: '22.11.0' }));
    expect(old).toMatchObject({ code: 'NODE_TOO_OLD', level: 'danger' });
    expect(old?.problem).toBe('This is Node 22.11.0, and the package needs >=22.12.0.');
    const [without] = checkVersions(withSettings(sqlite, { nodeVersion: '22.12.0' }));
    expect(without?.problem).toBe('This is Node 22.12.0, and the store sqlite needs >=22.13.0.');
  });

  it('requires the right major version of Astro', () => {
    const [missing] = checkVersions(healthy({ astroVersion: undefined }));
    expect(missing?.problem).toBe('Astro is not installed, and the package needs ^7.0.0.');
    expect(missing?.cure).toBe('Install it: npm install astro@^7.0.0');
    expect(briefly(checkVersions(healthy({ astroVersion: '6.4.0' })))).toEqual(['danger ASTRO_VERSION']);
  });
});
