import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { toReturnPath } from '../../../lib/access/paths/return-path.js';

interface Case {
  readonly category: string;
  readonly value: string;
  readonly safe: boolean;
  readonly why: string;
  readonly location?: string;
}

const cases: Case[] = JSON.parse(readFileSync(join(import.meta.dirname, '../cases/return-to.json'), 'utf8'));
const shown = cases.map((entry) => ({ ...entry, shown: JSON.stringify(entry.value) }));

describe('A path to return to', () => {
  it.each(shown.filter(({ safe }) => safe))('$shown is sent as $location', ({ value, location }) => {
    expect(location).toBeDefined();
    expect(toReturnPath(value)).toBe(location);
  });

  it.each(shown.filter(({ safe }) => !safe))('$shown is refused: $category, $why', ({ value }) => {
    expect(toReturnPath(value)).toBeUndefined();
  });

  it.each([undefined, null, 42, ['/a'], { toString: () => '/a' }])('is refused when it is no text: %p', (value) => {
    expect(toReturnPath(value)).toBeUndefined();
  });

  it('may be 2048 characters long and no longer', () => {
    expect(toReturnPath(`/${'a'.repeat(2047)}`)).toHaveLength(2048);
    expect(toReturnPath(`/${'a'.repeat(2048)}`)).toBeUndefined();
  });

  it('gives back what it would accept again', () => {
    for (const { value } of cases) {
      const once = toReturnPath(value);
      expect(toReturnPath(once)).toBe(once);
    }
  });

  it('is what parsing it would give, with or without a need to', () => {
    const random = () =>
      Array.from({ length: 12 }, () => '/aZ09_-?=&.%:@#\\ ~'[Math.floor(Math.random() * 18)]).join('');
    for (let run = 0; run < 20_000; run++) {
      const path = toReturnPath(`/${random()}`);
      if (path === undefined) continue;
      const { origin, pathname, search, hash } = new URL(path, 'https://site.example');
      expect([origin, path]).toEqual(['https://site.example', pathname + search + hash]);
    }
  });

  it('never names another host, however it is encoded', () => {
    for (let level = 0; level < 12; level++) {
      const slash = Array.from({ length: level }).reduce<string>((text) => encodeURIComponent(text), '/');
      expect(toReturnPath(`/${slash}evil.example`)).toBeUndefined();
    }
  });
});
