import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseSync } from 'vite';
import { decoratorsOf } from '../../lib/astro/build/decorator-syntax.js';
import { App, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { madeSite } from '../support/made-site.js';

/** Compiles standard decorators, which Vite leaves as they are. */
const COMPILER = `{
  name: 'standard-decorators',
  transform(code, id) {
    if (!/\\/(?:standard|mixed)[^/]*\\.ts$/.test(id)) return;
    const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
    return { code: ts.transpileModule(code, { compilerOptions }).outputText, map: null };
  },
}`;

const STANDARD = `
  function loud(method: (...given: string[]) => string, { kind, name }: ClassMethodDecoratorContext) {
    return (...given: string[]) => (kind + ' ' + String(name) + ': ' + method(...given)).toUpperCase();
  }
  export class Greeter {
    @loud greet(name: string) { return 'good day, ' + name; }
  }`;

const FLAG = '{ "compilerOptions": { "experimentalDecorators": true } }';

const FILES = {
  'src/standard.ts': STANDARD,
  'src/cart.tsx': `
    import type { Clock as Unused } from 'astro-gatehouse/server';
    import * as gatehouse from 'astro-gatehouse/server';
    import { Clock, Session, inject as wanted, injectable as service } from 'astro-gatehouse/server';
    @service()
    export class Cart {
      constructor(private readonly clock: Clock, @wanted(Session) private readonly session: unknown) {}
      describe() { return [this.clock instanceof Clock, this.session instanceof Session].join(); }
    }
    @gatehouse.injectable()
    export class Basket { constructor(readonly cart: Cart) {} }`,
  // Handed on from file to file.
  'src/di.ts': `
    import { injectable } from 'astro-gatehouse/server';
    export { injectable as service };
    export * as all from './shelf';`,
  'src/index.ts': `export * from './di';`,
  'src/shelf.ts': `
    import { Cart } from './cart';
    import { service } from './index';
    @service()
    export class Shelf { constructor(readonly cart: Cart) {} }`,
  'src/gatehouse.ts': `
    import { defineGatehouse } from 'astro-gatehouse/server';
    import { Basket, Cart } from './cart';
    import { Shelf } from './shelf';
    export default defineGatehouse({
      services: (services) => services.perRequest(Cart).perRequest(Basket).perRequest(Shelf),
    });`,
  'src/pages/index.astro': `---
    import { Basket } from '../cart';
    import { Shelf } from '../shelf';
    import { Greeter } from '../standard';
    ---
    <i>{String(Astro.locals.services.get(Shelf).cart === Astro.locals.services.get(Basket).cart)}</i>
    <p>{new Greeter().greet('ada')}; {Astro.locals.services.get(Basket).cart.describe()}</p>
    <script>
      import { Greeter } from '../standard';
      document.title = new Greeter().greet('client');
    </script>`,
};

function site(files: Record<string, string> = {}): App {
  const app = madeSite('', { ...FILES, ...files }, `vite: { plugins: [${COMPILER}] },`);
  app.rewrite('astro.config.mjs', (text) => `import ts from 'typescript';\n${text}`);
  return app;
}

const IN_FRONTMATTER = {
  'src/pages/shop.astro': `---
import { injectable } from 'astro-gatehouse/server';
@injectable()
class Cart {}
---
{Cart.name}`,
};

/** The one development server: a page that cannot be compiled does not concern the others. */
let development: { app: App; server: Server } | undefined;

async function developed(): Promise<{ app: App; server: Server }> {
  if (development) return development;
  const app = site(IN_FRONTMATTER);
  development = { app, server: await app.serveWith('dev') };
  return development;
}

afterAll(async () => {
  await development?.server.stop();
  development?.app.remove();
});

describe.each(['a build', 'astro dev'] as const)('Standard decorators next to those of services, in %s,', (mode) => {
  let built: App | undefined;
  let server: Server;

  beforeAll(async () => {
    if (mode === 'a build') built = await site().build();
    server = built ? await built.serve() : (await developed()).server;
  });
  afterAll(async () => {
    if (!built) return;
    await server?.stop();
    built.remove();
  });

  it('work as written, and services get their dependencies injected', async () => {
    const { text } = await new Browser(server).get('/');
    expect(text).toContain('METHOD GREET: GOOD DAY, ADA');
    expect(text).toContain('true,true');
    expect(text).toMatch(/<i[^>]*>true</);
  });

  it('are not transformed in client code', async () => {
    const scripts =
      built !== undefined
        ? readdirSync(join(built.folder, 'dist/client'), { recursive: true, encoding: 'utf8' })
            .filter((file) => /\.(?:js|html)$/.test(file))
            .map((file) => readFileSync(join(`${built?.folder}`, 'dist/client', file), 'utf8'))
        : [(await new Browser(server).get('/src/standard.ts')).text];
    const inPage = (await new Browser(server).get('/')).text;
    const all = [...scripts, inPage].join('\n');
    expect(all).toContain('good day, ');
    expect(all).not.toMatch(/design:|decorateMetadata|helpers\/decorate/);
  });
});

describe.each(['build', 'dev'] as const)('A decorator in the frontmatter of a page, in astro %s', (command) => {
  it('is reported with its file and the place to move it to', async () => {
    let output = '';
    if (command === 'build') {
      const app = madeSite('', IN_FRONTMATTER);
      ({ output } = await app.astro('build'));
      app.remove();
    } else {
      const { server } = await developed();
      expect((await new Browser(server).get('/shop')).status).toBe(500);
      output = await server.printed('is in a file that');
    }
    expect(output).toContain('src/pages/shop.astro: @injectable() is in a file that does not contain TypeScript only');
    expect(output).toContain('Move the class into its own file');
  });
});

describe('A file with both kinds of decorators', () => {
  const mixed = {
    'src/cart.tsx': `${FILES['src/cart.tsx']}\n${STANDARD.replace('loud greet', 'loud.bind(null) greet')}`,
  };

  it.each([
    ['causes a warning in a build', {}, true],
    ['causes no warning when tsconfig.json enables experimental decorators', { 'tsconfig.json': FLAG }, false],
  ])('%s', async (_, more, isLogged) => {
    const app = site({ ...mixed, ...more });
    const { code, output } = await app.astro('build');
    app.remove();
    expect(code).toBe(0);
    const sentence =
      /src\/cart\.tsx: @loud\.bind\(null\) is compiled as TypeScript's experimental decorator, because @service\(\)/;
    if (isLogged) expect(output).toMatch(sentence);
    else expect(output).not.toMatch(sentence);
  });
});

describe('The decorators of a file', () => {
  function found(code: string) {
    return decoratorsOf(parseSync('file.ts', code).program, code);
  }

  it.each([
    ['by its name', `import { injectable } from 'astro-gatehouse/server'; @injectable() class A {}`, '@injectable()'],
    ['under another name', `import { injectable as a } from 'tsyringe'; @a() class A {}`, '@a()'],
    ['of a whole module', `import * as di from 'tsyringe'; @di.singleton() class A {}`, '@di.singleton()'],
    ['in parentheses', `import { registry } from 'tsyringe'; @(registry([])) class A {}`, '@(registry([]))'],
    ['of a parameter', `import { inject } from 'tsyringe'; class A { constructor(@inject(B) b: B) {} }`, '@inject(B)'],
    ['whose import comes later', `@injectable() class A {} import { injectable } from 'tsyringe';`, '@injectable()'],
  ])('include one %s as one of the package', (_, code, decorator) => {
    expect(found(code)).toEqual({ ours: [decorator], others: [] });
  });

  it.each([
    ['of another package', `import { injectable } from 'inversify'; @injectable() class A {}`, ['@injectable()']],
    ['of the file itself', `function injectable() {} @injectable class A {}`, ['@injectable']],
    [
      'in a comment or a string',
      `import { injectable } from 'tsyringe'; /* @injectable() */ const a = '@injectable()';`,
      [],
    ],
  ])('do not include one %s as one of the package', (_, code, others) => {
    expect(found(code)).toEqual({ ours: [], others });
  });
});
