import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { pageOf, Repository } from '../../site/src/docs/repository.js';
import { sidebar } from '../../site/src/docs/sidebar.js';
import { documents, ROOT } from '../support/documents.js';

describe('The sidebar of the site', () => {
  it('has every document, once', () => {
    const places = sidebar.flatMap(({ items }) => items.map(({ link }) => link));
    const pages = documents().map(({ path }) => `/${pageOf(path)}/`);
    expect(places.filter((path) => path !== '/demo/').sort()).toEqual(pages.sort());
  });
});

describe('A link on the site', () => {
  const repository = new Repository(pathToFileURL(`${ROOT}/`));
  const linkFrom = (file: string, href: string) => repository.withLinks(`<p><a href="${href}">there</a></p>`, file);

  it.each([
    ['README.md', 'docs/rules.md', '/rules/'],
    ['docs/rules.md', 'pages.md#components', '/pages/#components'],
    ['docs/rules.md', '../README.md#sign-in', '/start/#sign-in'],
    ['docs/rules.md', 'README.md', '/overview/'],
    ['docs/rules.md', '../SECURITY.md', '/security/'],
    ['docs/README.md', 'reference/api/README.md', '/reference/api/'],
    [
      'docs/reference/api/astro-gatehouse/server.md',
      '../astro-gatehouse.md#gatehouse',
      '/reference/api/astro-gatehouse/#gatehouse',
    ],
    ['docs/README.md', '../samples/starter', '/samples/starter/'],
    ['samples/starter/README.md', '../members/', '/samples/members/'],
    ['docs/rules.md', '#patterns', '#patterns'],
    ['docs/rules.md', 'https://example.com/a.md', 'https://example.com/a.md'],
  ])('from %s to %s leads to %s', (file, href, expected) => {
    expect(linkFrom(file, href)).toBe(`<p><a href="${expected}">there</a></p>`);
  });

  it('to what only the repository has is text that says where it is', () => {
    const link = linkFrom('SECURITY.md', 'spec/journeys/rules.spec.ts');
    expect(link).toMatch(
      /title="In the repository: spec\/journeys\/rules\.spec\.ts">there<|\/blob\/HEAD\/spec\/journeys\//,
    );
  });

  it('to nothing stops the build, with the file and the link', () => {
    expect(() => linkFrom('docs/rules.md', 'nothing.md')).toThrow('docs/rules.md links to nothing.md');
  });
});
