import { describe, expect, it } from '@jest/globals';
import { foreignNotation } from '../../../lib/access/paths/foreign-notation.js';
import { PathIndex } from '../../../lib/access/paths/path-index.js';
import { PathPattern } from '../../../lib/access/paths/path-pattern.js';

/** A pattern, its equivalent in this package, and paths that its author means. */
const FOREIGN: readonly [pattern: string, here: string, ...addresses: string[]][] = [
  // Express, Fastify, Koa, Vue, React Router, Rails
  ['/users/:id', '/users/[id]', '/users/4'],
  ['/users/:id/posts/:post', '/users/[id]/posts/[post]', '/users/4/posts/5'],
  ['/users/:id?', '/users/[...id]', '/users', '/users/4'],
  ['/users/:id(\\d+)', '/users/[id]', '/users/4'],
  ['/users/:id([0-9a-f]{24})/edit', '/users/[id]/edit', '/users/4a/edit'],
  ['/files/:path(.*)', '/files/[...path]', '/files/a/b'],
  ['/files/:path*', '/files/[...path]', '/files', '/files/a/b'],
  ['/files/:path+', '/files/*', '/files/a/b'],
  ['/:path*', '/[...path]', '/', '/a/b'],
  ['/:lang/account', '/[lang]/account', '/en/account'],
  ['/:lang/admin/**', '/[lang]/admin/**', '/en/admin', '/en/admin/users'],
  ['/flights/:from-:to', '/flights/*-*', '/flights/a-b'],
  ['/files/:name.pdf', '/files/*.pdf', '/files/a.pdf'],
  ['/user-:id', '/user-*', '/user-4'],
  ['/:pathMatch(.*)*', '/[...pathMatch]', '/a/b'],
  ['/users{/:id}', '/users/**', '/users', '/users/4'],
  ['/users{/:id}/edit', '/users/**/edit', '/users/edit', '/users/4/edit'],
  ['/admin/*splat', '/admin/*', '/admin/a/b'],
  ['/admin{/*splat}', '/admin/**', '/admin', '/admin/a/b'],
  // Hono
  ['/posts/:id{[0-9]+}', '/posts/[id]', '/posts/4'],
  ['/posts/:rest{.+}', '/posts/[...rest]', '/posts/a/b'],
  // Clerk, Next
  ['/dashboard(.*)', '/dashboard/**', '/dashboard', '/dashboard/a/b'],
  ['/dashboard/(.*)', '/dashboard/**', '/dashboard/a/b'],
  ['/(.*)', '/**', '/', '/a/b'],
  ['/(api|trpc)(.*)', '/(api|trpc)/**', '/api', '/trpc/a'],
  ['/:locale/dashboard(.*)', '/[locale]/dashboard/**', '/en/dashboard', '/en/dashboard/a'],
  ['/docs/[[...slug]]', '/docs/[...slug]', '/docs', '/docs/a/b'],
  ['/docs-(.*)', '/docs-*/**', '/docs-a', '/docs-a/b'],
  // Spring, OpenAPI, FastAPI, ASP.NET, Laravel, Go
  ['/users/{id}', '/users/[id]', '/users/4'],
  ['/users/{id}/posts/{postId}', '/users/[id]/posts/[postId]', '/users/4/posts/5'],
  ['/users/{id:[0-9]+}', '/users/[id]', '/users/4'],
  ['/users/{id:int}', '/users/[id]', '/users/4'],
  ['/users/{id:\\d{1,3}}', '/users/[id]', '/users/4'],
  ['/users/{id?}', '/users/[...id]', '/users', '/users/4'],
  ['/files/{*path}', '/files/[...path]', '/files/a/b'],
  ['/files/{**path}', '/files/[...path]', '/files/a/b'],
  ['/files/{path:path}', '/files/[...path]', '/files/a/b'],
  ['/files/{path...}', '/files/[...path]', '/files/a/b'],
  ['/files/{path+}', '/files/*', '/files/a/b'],
  ['/files/{name}.pdf', '/files/*.pdf', '/files/a.pdf'],
  ['/users/{user-id}', '/users/[id]', '/users/4'],
  ['/posts/{$}', '/posts', '/posts'],
  ['/users/$'.concat('{id}'), '/users/[id]', '/users/4'],
  // Flask, Django
  ['/users/<id>', '/users/[id]', '/users/4'],
  ['/users/<int:id>', '/users/[id]', '/users/4'],
  ['/files/<path:rest_of_it>', '/files/[...rest_of_it]', '/files/a/b'],
  // Remix, TanStack, SvelteKit
  ['/users/$id', '/users/[id]', '/users/4'],
  ['/files/$', '/files/**', '/files/a/b'],
  ['/($lang)/about', '/[...lang]/about', '/about', '/en/about'],
  ['/[[lang]]/about', '/[...lang]/about', '/about', '/en/about'],
  ['/users/[id=integer]', '/users/[id]', '/users/4'],
  // Regular expressions
  ['^/admin', '/admin', '/admin'],
  ['/admin/.*', '/admin/**', '/admin/a/b'],
  ['/admin/.+', '/admin/*', '/admin/a/b'],
  ['/admin(/.*)?', '/admin/**', '/admin', '/admin/a'],
  ['/admin(?:/.*)?', '/admin/**', '/admin', '/admin/a'],
  ['/users/([^/]+)/edit', '/users/[id]/edit', '/users/4/edit'],
  ['/users/[^/]+', '/users/[id]', '/users/4'],
  ['/users/(\\d+)', '/users/[id]', '/users/4'],
  ['/users/\\d+', '/users/[id]', '/users/4'],
  ['/users/(?<id>\\d+)', '/users/[id]', '/users/4'],
  [':id', '/[id]', '/4'],
];

describe('A pattern in the notation of another router', () => {
  it.each(FOREIGN.map(([pattern, here, ...addresses]) => ({ pattern, here, addresses })))(
    'is rejected with its equivalent: $pattern is $here',
    ({ pattern, here, addresses }) => {
      expect(foreignNotation(pattern)?.pattern).toBe(here);
      expect(() => new PathPattern(pattern)).toThrow(`write "${here}"`);
      const index = new PathIndex([new PathPattern(here)]);
      expect(addresses.filter((address) => index.first(address) !== 0)).toEqual([]);
    },
  );

  it.each(['/((?!api|_next).*)', '/(?!login)(.*)', '/admin/(?=x)'])(
    'that excludes paths is rejected with a hint to globalProtect: %s',
    (pattern) => {
      expect(() => new PathPattern(pattern)).toThrow('write globalProtect: true and what is open in exclude');
    },
  );

  it.each(['%3Aid', '%7Bid%7D', '%3Cid%3E', '%24id'])('is recognised when it is percent-encoded: %s', (parameter) => {
    expect(() => new PathPattern(`/users/${parameter}`)).toThrow('write "/users/[id]"');
  });

  it.each([
    ['/a/:id', '/a/[:]id', '/a/:id'],
    ['/a/$id', '/a/[$]id', '/a/$id'],
    ['/a/<id>', '/a/[<]id>', '/a/<id>'],
  ])('may be meant literally: %s is then written %s', (pattern, literal, address) => {
    expect(() => new PathPattern(pattern)).toThrow(`or "${literal.slice(3)}" where addresses hold just that`);
    expect(new PathIndex([new PathPattern(literal)]).first(address)).toBe(0);
  });

  it('is reported with the part that was recognised', () => {
    expect(foreignNotation('/a/:b/{c}')?.found).toBe(':b');
  });
});

describe('A pattern of this package', () => {
  it.each([
    '/',
    '/admin',
    '/admin/*',
    '/admin/**',
    '/**/edit',
    '/users/[id]',
    '/docs/[...slug]',
    '/_actions/admin.*',
    '/files/*.pdf',
    '/files/.*rc',
    '/files/report.*',
    '/.well-known/**',
    '/shop/{sale,new}/**',
    '/shop/{1..3}',
    '/(api|trpc)/**',
    '/files/(a+)x',
    '/files/*(a)',
    '/files/@(a|b)',
    '/files/[0-9]+',
    '/price$/x',
    '/time/12:30',
    '/urn:isbn',
    '/v1/*:cancel',
    '/a/\\{id\\}',
    '/a/[:]id',
    '/a/[$]id',
    '/a/[<]id>',
    '/files/*report',
    '/a+b',
    '/a|b',
    '/管理/**',
  ])('is not mistaken for that of another router: %s', (pattern) => {
    expect(foreignNotation(pattern)).toBeUndefined();
  });
});
