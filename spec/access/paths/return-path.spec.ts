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

describe('A return path', () => {
  it.each(shown.filter(({ safe }) => safe))('is accepted: $shown is sent as $location', ({ value, location }) => {
    expect(location).toBeDefined();
    expect(toReturnPath(value)).toBe(location);
  });

  it.each(shown.filter(({ safe }) => !safe))('is rejected: $shown ($category, $why)', ({ value }) => {
    expect(toReturnPath(value)).toBeUndefined();
  });

  it.each([undefined, null, 42, ['/a'], { toString: () => '/a' }])(
    'is rejected when it is not a string: %p',
    (value) => {
      expect(toReturnPath(value)).toBeUndefined();
    },
  );

  it('may have 2048 characters and no more', () => {
    expect(toReturnPath(`/${'a'.repeat(2047)}`)).toHaveLength(2048);
    expect(toReturnPath(`/${'a'.repeat(2048)}`)).toBeUndefined();
  });

  it('is accepted unchanged when it is checked again', () => {
    for (const { value } of cases) {
      const once = toReturnPath(value);
      expect(toReturnPath(once)).toBe(once);
    }
  });

  it('is the path that results from parsing its URL', () => {
    const random = () =>
      Array.from({ length: 12 }, () => '/aZ09_-?=&.%:@#\\ ~'[Math.floor(Math.random() * 18)]).join('');
    for (let run = 0; run < 20_000; run++) {
      const path = toReturnPath(`/${random()}`);
      if (path === undefined) continue;
      const { origin, pathname, search, hash } = new URL(path, 'https://site.example');
      expect([origin, path]).toEqual(['https://site.example', pathname + search + hash]);
    }
  });

  it('never leads to another host, however it is encoded', () => {
    for (let level = 0; level < 12; level++) {
      const slash = Array.from({ length: level }).reduce<string>((text) => encodeURIComponent(text), '/');
      expect(toReturnPath(`/${slash}evil.example`)).toBeUndefined();
    }
  });
});
