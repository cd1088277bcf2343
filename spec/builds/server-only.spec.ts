import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';

const CONFIG = `
  import node from '@astrojs/node';
  import preact from '@astrojs/preact';
  import { defineConfig } from 'astro/config';
  import gatehouse from 'astro-gatehouse';
  export default defineConfig({
    output: 'server',
    adapter: node({ mode: 'standalone' }),
    integrations: [preact(), gatehouse()],
  });`;

/** Imports the package in every way that brings no code of it to a browser. */
const LEGAL = {
  'astro.config.mjs': CONFIG,
  'tsconfig.json': `{
    "extends": "astro/tsconfigs/strict",
    "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "preact" }
  }`,
  'src/actions/index.ts': `
    import { defineAction } from 'astro:actions';
    import { signIn } from 'astro-gatehouse/server';
    export const server = { enter: defineAction({ handler: (_, context) => signIn({ userId: 'ada' }, context) }) };`,
  'src/components/Counter.tsx': `
    import { type VisitorData } from 'astro-gatehouse/server';
    import type { Clock } from 'astro-gatehouse/server';
    export { type SessionRecord } from 'astro-gatehouse/stores';
    export default function Counter(props: { user?: VisitorData; clock?: Clock }) {
      return <p>counter</p>;
    }`,
  'src/components/Greeting.tsx': `
    let place = 'the browser';
    if (import.meta.env.SSR) {
      const { currentUser } = await import('astro-gatehouse/server');
      place = currentUser() ? 'a member' : 'a guest';
    }
    export default function Greeting() {
      return <p>greeting {place}</p>;
    }`,
  'src/components/Panel.astro': `
---
import { currentUser } from 'astro-gatehouse/server';
---
<p>panel {currentUser()?.userId}</p>
<script>console.log('script of a server island');</script>`.trim(),
  'src/pages/index.astro': `
---
import { Can, Flash } from 'astro-gatehouse/components';
import Counter from '../components/Counter.tsx';
import Greeting from '../components/Greeting.tsx';
import Panel from '../components/Panel.astro';
---
<Flash /><Can role="admin">admin</Can>
<Counter client:load /><Greeting client:load /><Panel server:defer />
<script>
  import { actions } from 'astro:actions';
  import { type VisitorData } from 'astro-gatehouse/server';
  const user: VisitorData | undefined = undefined;
  console.log('script of a page', user, actions.enter);
</script>`.trim(),
};

const NAME = "import { currentUser } from 'astro-gatehouse/server';";
const NAMETAG = `${NAME}\nexport default function Nametag() { return <p>tag {currentUser()?.userId ?? 'guest'}</p>; }`;
const TAGGED = (prerender: boolean, directive: string) => `
---
import Nametag from '../components/Nametag.tsx';
export const prerender = ${prerender};
---
<Nametag ${directive} />`;

const refusalOf = (file: string) => `${file} imports 'astro-gatehouse/server' in code for the browser`;
const CURE = 'Call it in the frontmatter of a page, an action or an endpoint';

describe('A build', () => {
  const outcomeOf = async (files: Record<string, string>) => {
    const app = App.create(undefined, { ...LEGAL, ...files });
    const outcome = await app.astro('build');
    app.remove();
    return outcome;
  };

  it('stops where a script of a page imports code of the server', async () => {
    const script = `<script>\n  import { signIn } from 'astro-gatehouse/server';\n  signIn;\n</script>`;
    const { code, output } = await outcomeOf({ 'src/pages/script.astro': script });
    expect(code).not.toBe(0);
    expect(output).toContain(refusalOf('src/pages/script.astro'));
    expect(output).toContain(CURE);
  });

  it('stops where a component for the browser does, on a prerendered page too', async () => {
    const { code, output } = await outcomeOf({
      'src/components/Nametag.tsx': NAMETAG,
      'src/pages/tagged.astro': TAGGED(true, 'client:load').trim(),
    });
    expect(code).not.toBe(0);
    expect(output).toContain(refusalOf('src/components/Nametag.tsx'));
  });

  it('brings no code of the server to browsers by types, actions, components and code for the server alone', async () => {
    const app = App.create(undefined, {
      ...LEGAL,
      'src/components/Nametag.tsx': NAMETAG,
      'src/pages/tagged.astro': TAGGED(true, '').trim(),
    });
    await app.build();
    const client = join(app.folder, 'dist/client');
    expect(readFileSync(join(client, 'tagged/index.html'), 'utf8')).toContain('tag guest');
    const scripts = readdirSync(join(client, '_astro')).filter((name) => name.endsWith('.js'));
    const shipped = scripts.map((name) => readFileSync(join(client, '_astro', name), 'utf8')).join('\n');
    app.remove();
    for (const part of ['counter', 'greeting', 'script of a page']) expect(shipped).toContain(part);
    expect(shipped).not.toMatch(/gatehouse|tsyringe/);
  });
});

describe('A development server', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = App.create(undefined, {
      ...LEGAL,
      'src/components/Nametag.tsx': NAMETAG,
      'src/auth.ts': `export { signIn } from 'astro-gatehouse/server';\nexport const LIMIT = 3;`,
      'src/pages/tagged.astro': TAGGED(false, 'client:load').trim(),
      'src/pages/limit.astro': "<script>import { LIMIT } from '../auth'; console.log(LIMIT);</script>",
    });
    server = await app.serveWith('dev');
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  const answer = async (path: string) => {
    const response = await fetch(server.origin + path);
    return { status: response.status, text: await response.text() };
  };
  const SCRIPT = '?astro&type=script&index=0&lang.ts';

  /** Loads a module and what it imports at once, as browsers do, and returns the answers that are errors. */
  async function failuresOf(path: string, seen = new Set<string>()): Promise<string[]> {
    if (seen.has(path)) return [];
    seen.add(path);
    const { status, text } = await answer(path);
    if (status !== 200) return [text];
    const imports = [...text.matchAll(/^\s*(?:import|export)\b(?:[^"'();]*\bfrom)?\s*["'](\/[^"']+)["']/gm)];
    const failures: string[] = [];
    for (const [, next = ''] of imports) failures.push(...(await failuresOf(next, seen)));
    return failures;
  }

  it.each([
    ['a component for the browser', '/tagged', '/src/components/Nametag.tsx', 'src/components/Nametag.tsx'],
    ['a file that a script imports', '/limit', `/src/pages/limit.astro${SCRIPT}`, 'src/auth.ts'],
  ])('shows an error where %s imports code of the server', async (_, page, path, file) => {
    // The page itself is rendered on the server, which may import it.
    expect((await answer(page)).status).toBe(200);
    expect(await failuresOf(path)).toEqual([expect.stringContaining(refusalOf(file))]);
    expect(await server.printed(refusalOf(file))).toContain(CURE);
  });

  it('serves code that imports types, or what it needs on the server alone', async () => {
    const { status, text } = await answer('/');
    expect([status, text]).toEqual([200, expect.stringContaining('a guest')]);
    for (const path of [
      '/src/components/Counter.tsx',
      '/src/components/Greeting.tsx',
      `/src/pages/index.astro${SCRIPT}`,
    ]) {
      expect([path, await failuresOf(path)]).toEqual([path, []]);
    }
    expect(server.output).not.toContain(refusalOf('src/components/Greeting.tsx'));
  });

  it('serves the component once it has lost the import', async () => {
    expect(await failuresOf('/src/components/Nametag.tsx')).toHaveLength(1);
    app.write({ 'src/components/Nametag.tsx': 'export default function Nametag() { return <p>tag</p>; }' });
    await server.until(async () => (await failuresOf('/src/components/Nametag.tsx')).length === 0);
  });
});
