import { describe, expect, it } from '@jest/globals';
import { ValueTrees } from '../../../lib/astro/toolbar/session-sheet.js';

const shown = (values: Record<string, unknown>) => JSON.stringify(new ValueTrees().entriesOf(Object.entries(values)));

describe('The displayed values of a session', () => {
  it('omit secrets by their names, in lists, objects, Maps and URLs', () => {
    const values = {
      password: 'hunter2-a',
      user: { profile: { apiKey: 'hunter2-b', list: [{ token: { deep: 'hunter2-c' } }] } },
      map: new Map<unknown, unknown>([
        ['secret', 'hunter2-d'],
        [{ secret: 1 }, 'kept'],
      ]),
      link: new URL('https://me:hunter2-e@site.example/?token=hunter2-f&q=kept'),
      set: new Set([{ cvv: 'hunter2-g' }]),
    };
    const text = shown(values);
    expect(text).not.toMatch(/hunter2/);
    expect(text.match(/"redacted"/g)).toHaveLength(5);
    expect(text).toMatch(/kept/);
  });

  it.each([
    ['https://site.example/#access_token=hunter2&state=kept', 'https://site.example/#access_token=redacted&state=kept'],
    ['https://hunter2@git.example/', 'https://redacted@git.example/'],
    ['https://kept:hunter2@git.example/', 'https://kept:redacted@git.example/'],
    ['https://site.example/?a=b+c#a b', 'https://site.example/?a=b+c#a%20b'],
  ])('omit the secrets of the URL %s', (address, text) => {
    expect(new ValueTrees().entriesOf([['link', new URL(address)]])).toEqual([
      { key: 'link', value: { kind: 'plain', text } },
    ]);
  });

  it('have a form for every type that a session can contain', () => {
    const date = new Date(0);
    expect(
      new ValueTrees().entriesOf(Object.entries({ a: 'x', b: 1, c: null, d: true, e: 3n, f: date, g: [] })),
    ).toEqual([
      { key: 'a', value: { kind: 'text', text: 'x', length: 1 } },
      { key: 'b', value: { kind: 'plain', text: '1' } },
      { key: 'c', value: { kind: 'plain', text: 'null' } },
      { key: 'd', value: { kind: 'plain', text: 'true' } },
      { key: 'e', value: { kind: 'plain', text: '3n' } },
      { key: 'f', value: { kind: 'plain', text: '1970-01-01T00:00:00.000Z' } },
      { key: 'g', value: { kind: 'tree', type: 'list', size: 0, entries: [] } },
    ]);
  });

  it('treat a key such as __proto__ as an ordinary key', () => {
    const values = JSON.parse('{"__proto__":{"isAdmin":true},"constructor":1}') as Record<string, unknown>;
    expect(new ValueTrees().entriesOf(Object.entries(values)).map(({ key }) => key)).toEqual([
      '__proto__',
      'constructor',
    ]);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  it('remain short, however much data there is', () => {
    const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`k${at}`, 'x'.repeat(10_000)]));
    let deep: unknown = 'end';
    for (let level = 0; level < 100; level++) deep = { deep };
    const many = Array.from({ length: 150 }, () => Array.from({ length: 150 }, () => 1));
    expect(shown(wide).length).toBeLessThan(600_000);
    expect(shown({ deep })).not.toMatch(/end/);
    expect(shown({ many }).length).toBeLessThan(200_000);
    expect(shown({ text: 'x'.repeat(5000) })).toMatch(/"length":5000/);
    // A schema may turn stored data into any value.
    expect(shown({ symbol: Symbol('x'.repeat(5000)) }).length).toBeLessThan(2500);
  });
});
