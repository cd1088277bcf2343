import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '..');
const policy = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');

describe('SECURITY.md', () => {
  it('names specs that there are', () => {
    const named = [...policy.matchAll(/\]\(((?:spec|lib)\/[^)]+)\)/g)].map(([, path = '']) => path);
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('has a spec for every requirement that it says is met', () => {
    const table = policy
      .slice(policy.indexOf('## What is met'))
      .split('\n')
      .filter((line) => line.startsWith('| '));
    const rows = table.slice(2);
    expect(rows.length).toBeGreaterThan(30);
    expect(rows.filter((row) => !/\]\(spec\/|kit: /.test(row))).toEqual([]);
  });
});
