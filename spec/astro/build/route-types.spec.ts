import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import type { TreeRoute } from '../../../lib/astro/build/route-tree.js';
import { routeTypes } from '../../../lib/astro/build/route-types.js';

/** Creates a route in the form that Astro uses. */
function route(pattern: string, fallbacks: readonly string[] = []): TreeRoute {
  const segments = pattern.split('/').filter((segment) => segment !== '');
  const cut = segments.map((segment) =>
    segment.split(/\[(.+?)\]/).flatMap((content, at) => {
      const dynamic = at % 2 === 1;
      return content === '' ? [] : [{ content, dynamic, spread: dynamic && content.startsWith('...') }];
    }),
  );
  return { segments: cut, fallbackRoutes: fallbacks.map((fallback) => route(fallback)) };
}

const SITE = [
  '/',
  '/login',
  '/dashboard',
  '/admin',
  '/admin/users',
  '/users/[id]',
  '/orders/[id]/edit',
  '/files/[name].json',
  '/docs/[...slug]',
  '/shop/sale',
  '/shop/new',
  '/api/report',
  '/über uns',
  '/a(b)',
].map((pattern) => route(pattern, pattern === '/login' ? ['/de/login'] : []));

function typesOf({ routes = SITE, publicNames = [] as string[], isStrict = true } = {}): string {
  return routeTypes({ routes, publicNames, isStrict });
}

// The declarations use no types of a library, so the one that every program needs is read only once.
const OPTIONS = { strict: true, noEmit: true, target: ts.ScriptTarget.ES2023, lib: ['lib.es5.d.ts'], types: [] };
const { getSourceFile, ...HOST } = ts.createCompilerHost(OPTIONS);
const libraries = new Map<string, ts.SourceFile | undefined>();

function library(name: string): ts.SourceFile | undefined {
  if (!libraries.has(name)) libraries.set(name, getSourceFile(name, OPTIONS.target));
  return libraries.get(name);
}

/** Lists the strings that are a type error where the declaration expects a pattern, or a path. */
function refused(declaration: string, key: 'pattern' | 'path', texts: readonly string[]): string[] {
  const file = `${declaration}\nlet given: App.RouteTypes['${key}'];\n`;
  const lines = texts.map((text) => `given = ${JSON.stringify(text)};`);
  const source = ts.createSourceFile('given.ts', file + lines.join('\n'), OPTIONS.target);
  const host = { ...HOST, getSourceFile: (name: string) => (name === 'given.ts' ? source : library(name)) };
  const errors = ts.createProgram(['given.ts'], OPTIONS, host).getSemanticDiagnostics(source);
  const first = source.getLineAndCharacterOfPosition(file.length).line;
  return errors.map(
    ({ start = 0 }) => texts[source.getLineAndCharacterOfPosition(start).line - first] ?? 'declaration',
  );
}

/** Lists the completions that an editor offers. */
function offered(declaration: string, key: 'pattern' | 'path'): string[] {
  const [, patterns = '', paths = ''] = declaration.split(/ {4}(?:pattern|path):/);
  return [...(key === 'pattern' ? patterns : paths).matchAll(/\| (".*")/g)].map(([, text = '']) => JSON.parse(text));
}

describe("The types of a project's routes in strict mode", () => {
  it('accept every pattern for an existing route', () => {
    const patterns = [
      ...['/', '/**', '/*', '/login', '/login/', '/admin', '/admin/**', '/admin/*', '/admin/users', '/de/login'],
      ...['/dashboard/**', '/adm*', '/{admin,shop}/**', '/*/users', '/**/edit', '/shop/{sale,new}', '/shop/s*'],
      ...[
        '/admin/[page]',
        '/admin/?sers',
        '/shop/!(sale)',
        '/orders/*/edit',
        '/orders/[number]/edit',
        '/orders/7/edit',
      ],
      ...[
        '/users/[id]',
        '/users/[anyName]',
        '/users/7',
        '/users/**',
        '/files/*.json',
        '/files/a.json',
        '/docs',
        '/docs/**',
      ],
      ...['/docs/a/b', '/docs/[...slug]', '/docs/*.pdf', '/über uns', '/%C3%BCber%20uns', '/a\\(b\\)', '/_actions/**'],
      ...['/_server-islands/*', '/_image', '/_astro/**'],
    ];
    expect(refused(typesOf(), 'pattern', patterns)).toEqual([]);
  });

  it('reject a pattern that starts like no route', () => {
    const slips = [
      ...[
        '/adminn',
        '/adminn/**',
        '/admin/userss',
        '/admin/userss/**',
        '/Admin',
        '/lgin',
        '/login/x',
        '/shop',
        '/shop/sail',
      ],
      ...['/dashboard/*', '/orders/7/edti', '/file/*.json', '/files', '/api/reports', 'admin', '/x*', '/doc/**', ''],
    ];
    expect(refused(typesOf(), 'pattern', slips)).toEqual(slips);
  });

  it('accept every path of a page, with a query or a fragment', () => {
    const paths = [
      ...[
        '/',
        '/?a=1',
        '/#top',
        '/login',
        '/login/',
        '/login?next=/a',
        '/login#form',
        '/login/?next=/a',
        '/admin/users',
      ],
      ...[
        '/users/7',
        '/users/7?tab=a',
        '/orders/7/edit',
        '/orders/7/edit/',
        '/orders/7/edit?x',
        '/files/a.json',
        '/docs',
      ],
      ...['/docs/a/b', '/shop/sale', '/api/report', '/%C3%BCber%20uns', '/de/login', '/a(b)'],
    ];
    expect(refused(typesOf(), 'path', paths)).toEqual([]);
  });

  it('reject a path without a page', () => {
    const slips = [
      '/logn',
      '/login2',
      '/user/7',
      '/shop',
      '/orders/7',
      '/admin/**',
      '/über uns',
      '/lgin?a=1',
      '',
      'login',
    ];
    expect(refused(typesOf(), 'path', slips)).toEqual(slips);
  });

  it('accept the files in public/', () => {
    const declaration = typesOf({ publicNames: ['robots.txt', 'img/'] });
    for (const key of ['pattern', 'path'] as const) {
      expect(refused(declaration, key, ['/robots.txt', '/img/a/b.png', '/robot.txt', '/imgs/a.png'])).toEqual([
        '/robot.txt',
        '/imgs/a.png',
      ]);
    }
  });

  it('accept everything where a route at the root does', () => {
    for (const pattern of ['/[...slug]', '/[page]']) {
      const declaration = typesOf({ routes: [route(pattern), route('/login')] });
      expect(refused(declaration, 'pattern', ['/adminn/**', '/x', '/login'])).toEqual([]);
      expect(refused(declaration, 'path', ['/adminn', '/login?x=1'])).toEqual([]);
      expect(offered(declaration, 'path')).toContain('/login');
    }
  });

  it('are correct for a project without pages', () => {
    const declaration = typesOf({ routes: [] });
    expect(refused(declaration, 'pattern', ['/**', '/a'])).toEqual(['/a']);
    expect(refused(declaration, 'path', ['/a'])).toEqual(['/a']);
  });

  it('are less precise for thousands of routes, but still check how a pattern starts', () => {
    const names = Array.from({ length: 3000 }, (_, at) => `/part-${at % 12}/chapter-${at % 40}/article-${at}`);
    const declaration = typesOf({ routes: names.map((name) => route(name)) });
    const fine = ['/part-1/**', '/part-1/chapter-1/*', '/part-1/chapter-1/article-1', '/part-*', '/part-1/ch*/x'];
    const slips = ['/prt-1/**', '/part-99/**', '/part-1/chapter-1/article-9999', '/x/part-1'];
    expect(refused(declaration, 'pattern', [...fine, ...slips])).toEqual(slips);
    expect(refused(declaration, 'path', ['/part-1/chapter-1/article-1?a=1', '/part-1/chapter-1/article'])).toEqual([
      '/part-1/chapter-1/article',
    ]);
    expect(declaration.match(/\$\{string\}/g)?.length).toBeLessThan(10_000);
  });
});

describe("The types of a project's routes", () => {
  it('offer each page once, and the patterns for everything below it', () => {
    const declaration = typesOf({ routes: [route('/'), route('/admin'), route('/users/[id]')] });
    expect(offered(declaration, 'pattern').sort()).toEqual(
      ['/', '/**', '/*', '/admin', '/admin/**', '/users/**', '/users/*', '/users/[id]', '/users/[id]/**'].sort(),
    );
    expect(offered(declaration, 'path')).toEqual(['/', '/admin']);
  });

  it('offer the same and accept everything outside strict mode', () => {
    const open = typesOf({ isStrict: false });
    expect(offered(open, 'pattern')).toEqual(offered(typesOf(), 'pattern'));
    expect(offered(open, 'path')).toEqual(offered(typesOf(), 'path'));
    expect(refused(open, 'pattern', ['/adminn/**'])).toEqual([]);
    expect(refused(open, 'path', ['/nowhere'])).toEqual([]);
  });

  it.each(['/`a', '/$' + '{b}', '/"c"', "/d'", '/e\u2028f'])('are valid for a file called %j', (name) => {
    expect(refused(typesOf({ routes: [route(name), route('/x')] }), 'pattern', ['/x', '/y'])).toEqual(['/y']);
  });
});
