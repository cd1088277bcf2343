import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { madeSite, prerendered, setup } from '../support/made-site.js';

describe('A project that has another version of a dependency for itself', () => {
  const site = madeSite('', {
    ...setup(`{ protect: [{ pattern: '/account' }] }`),
    'src/pages/index.astro': prerendered('<h1>a file</h1>'),
    'src/pages/account.astro': '<h1>for members</h1>',
    'node_modules/.package-lock.json': '{}',
    // As express brings it.
    'node_modules/cookie/package.json': JSON.stringify({ name: 'cookie', version: '0.7.2', main: 'index.js' }),
    'node_modules/cookie/index.js': 'exports.parse = () => ({}); exports.serialize = () => "";',
  });
  afterAll(() => site.remove());

  it('is built with the one of the package: its pages, its report and its server', async () => {
    const { code, output } = await site.astro('build');
    expect([code, output]).toEqual([0, expect.stringContaining('signed in: 1')]);
    expect(readFileSync(join(site.folder, 'dist/client/index.html'), 'utf8')).toContain('a file');
    const server = await site.serve();
    const { status } = await fetch(`${server.origin}/account`, { redirect: 'manual' });
    await server.stop();
    expect(status).toBe(401);
  });
});
