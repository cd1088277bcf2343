import { afterEach, describe, expect, it } from '@jest/globals';
import { parse } from 'acorn';
import { serverOnly } from '../../../lib/astro/pages/server-only.js';
import packageJson from '../../../package.json' with { type: 'json' };

interface Hook<Result> {
  readonly filter: { readonly id: RegExp; readonly code: RegExp };
  readonly handler: (this: { parse: typeof parsed }, ...args: readonly (string | undefined)[]) => Result;
}

interface Hooks {
  readonly applyToEnvironment: (environment: { name: string }) => boolean;
  readonly resolveId: Hook<string>;
  readonly load: Hook<never>;
  readonly transform: Hook<{ code: string } | undefined>;
}

const parsed = (code: string) => parse(code, { ecmaVersion: 'latest', sourceType: 'module' });
const plugins = serverOnly(new URL('file:///srv/shop/')) as unknown as [Hooks, Hooks];
const [refusal, leftovers] = plugins;

/** Imports an entry as a bundler does. */
function imported(id: string, importer?: string): unknown {
  if (!refusal.resolveId.filter.id.test(id)) return 'allowed';
  const resolved = refusal.resolveId.handler.call({ parse: parsed }, id, importer);
  expect(resolved).toMatch(refusal.load.filter.id);
  return refusal.load.handler.call({ parse: parsed }, resolved);
}

describe('Code for the browser', () => {
  const entries = Object.keys(packageJson.exports).map((entry) => entry.replace(/^\./, 'astro-gatehouse'));
  const harmless = ['astro-gatehouse/components', 'astro-gatehouse/package.json'];

  it('can import only those entries of the package that have no server code', () => {
    expect(entries).toEqual(expect.arrayContaining(harmless));
    const refused = entries.filter((entry) => !harmless.includes(entry));
    expect(refused.length).toBeGreaterThan(8);
    for (const entry of refused) {
      const error = expect.objectContaining({
        code: 'SERVER_CODE_IN_BROWSER',
        importer: 'src/cart.ts',
        imported: entry,
      });
      expect(() => imported(entry, '/srv/shop/src/cart.ts')).toThrow(error as unknown as Error);
    }
    expect(harmless.map((entry) => imported(entry))).toEqual(['allowed', 'allowed']);
    expect(imported('astro-gatehouse-extras')).toBe('allowed');
  });

  it.each([
    ['/srv/shop/src/pages/index.astro?astro&type=script&index=0&lang.ts', 'src/pages/index.astro'],
    ['/srv/shop-parts/button.tsx', '/srv/shop-parts/button.tsx'],
    ['C:/parts/button.tsx', 'C:/parts/button.tsx'],
    [undefined, 'The project'],
  ])('is named by its file in the error: %s', (importer, name) => {
    expect(() => imported('astro-gatehouse/server', importer)).toThrow(
      `[astro-gatehouse] ${name} imports 'astro-gatehouse/server' in code for the browser`,
    );
  });

  it('loses imports of which only types were used, and no position of its source map', () => {
    const apply = (code: string) =>
      leftovers.transform.filter.code.test(code)
        ? leftovers.transform.handler.call({ parse: parsed }, code)?.code
        : undefined;
    const before =
      "import 'a'; import {\n} from 'astro-gatehouse/server'; import \"astro-gatehouse/stores/redis\"; go();";
    const after = apply(before) ?? '';
    expect(after).toHaveLength(before.length);
    expect(after.split('\n')).toEqual([expect.stringMatching(/^import 'a'; +$/), expect.stringMatching(/^ +go\(\);$/)]);
    expect(apply("import { signIn } from 'astro-gatehouse/server'; signIn();")).toBeUndefined();
    expect(apply("import 'astro-gatehouse/components'; import 'astro-gatehouse-extras';")).toBeUndefined();
    expect(apply("import 'a';")).toBeUndefined();
  });
});

describe('Code that runs elsewhere', () => {
  const vitest = process.env.VITEST;
  const apply = (name: string) => plugins.map((plugin) => plugin.applyToEnvironment({ name }));

  afterEach(() => {
    if (vitest === undefined) delete process.env.VITEST;
    else process.env.VITEST = vitest;
  });

  it('may import everything on the server, while pages are prerendered, and in tests with an imitated browser', () => {
    delete process.env.VITEST;
    expect(['client', 'ssr', 'prerender', 'astro'].map(apply)).toEqual([
      [true, true],
      [false, false],
      [false, false],
      [false, false],
    ]);
    process.env.VITEST = 'true';
    expect(apply('client')).toEqual([false, false]);
  });
});
