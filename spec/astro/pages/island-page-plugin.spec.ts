import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { islandPagePlugin } from '../../../lib/astro/pages/island-page-plugin.js';

const FILE = join(
  resolve(import.meta.dirname, '../../..'),
  'node_modules/astro/dist/runtime/server/render/server-islands.js',
);

interface Hook {
  readonly filter: { readonly id: RegExp };
  readonly handler: (this: { warn(text: string): void }, code: string) => { code: string } | undefined;
}

describe('The page in the address of a server island', () => {
  const { transform } = islandPagePlugin('a key') as unknown as { transform: Hook };
  const warnings: string[] = [];
  const apply = (code: string) => transform.handler.call({ warn: (text) => void warnings.push(text) }, code);

  it('is added where the installed Astro renders that address', () => {
    expect(FILE.replaceAll('\\', '/')).toMatch(transform.filter.id);
    const changed = apply(readFileSync(FILE, 'utf8'))?.code ?? '';
    expect(changed.split('globalThis[Symbol.for("a key")]')).toHaveLength(2);
    // A module that Astro's renderer imports would be a part of every page.
    expect(changed.match(/\bimport\b/g)).toEqual(readFileSync(FILE, 'utf8').match(/\bimport\b/g));
    expect(warnings).toEqual([]);
  });

  it('is left out, with a warning, where Astro renders it in another way', () => {
    expect(apply('export class ServerIslandComponent {}')).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining('Roles of access.rolesFor do not apply in islands')]);
  });
});
