import { describe, expect, it } from '@jest/globals';
import type { AccessRuleOptions } from '../../../lib/access/access-rule.js';
import { RuleFindings } from '../../../lib/access/report/rule-findings.js';
import { route, site } from '../../support/site-description.js';

const ADMIN = { who: 'role admin', isPublic: false };
const PRERENDERED = { isPrerendered: true };

describe('A useless rule', () => {
  const findings = (protect: AccessRuleOptions[], more: Parameters<typeof site>[1] = {}) =>
    new RuleFindings(site(protect, { routes: ['/', '/a/[id]'], ...more })).uselessRules;

  it('is one that nothing on the site matches', () => {
    expect(findings([{ pattern: '/' }, { pattern: '/b/**', role: 'x' }])).toEqual([
      'protect[1], /b/** (role x), never applies: nothing on the site matches it',
    ]);
  });

  it('is one that only a redirect matches', () => {
    const routes = [route('/old', { kind: 'redirect' })];
    expect(findings([{ pattern: '/old' }], { routes })[0]).toContain(
      'only the redirect /old matches it, and redirects are answered before any rule',
    );
  });

  it('is one behind another that matches everything it matches', () => {
    expect(findings([{ pattern: '/a/**' }, { pattern: '/a/one', role: 'x' }])).toEqual([
      'protect[1], /a/one (role x), never applies: protect[0], /a/** (signed in), comes before it and matches everything that it matches',
    ]);
  });

  it('is not one that something on the site matches', () => {
    const routes = [route('/a', { fallbacks: [route('/fr/a')] }), route('/old', PRERENDERED)];
    const publicFiles = [{ path: '/file.pdf', file: 'public/file.pdf' }];
    const protect = [
      { pattern: '/fr/**' },
      { pattern: '/file.pdf' },
      { pattern: '/old' },
      { action: 'like' },
      { island: 'Panel' },
      { pattern: '/**' },
    ];
    expect(
      findings(protect, {
        routes,
        publicFiles,
        actions: ['like'],
        islands: [{ file: 'src/Panel.astro', names: ['Panel', 'src/Panel.astro'] }],
      }),
    ).toEqual([]);
  });

  it('is not one for actions where the actions of the site are unknown', () => {
    const protect = [{ action: 'like' }];
    expect(findings(protect, { actions: undefined })).toEqual([]);
    expect(findings([{ pattern: '/*/like' }], { actions: undefined })).toEqual([]);
  });
});

describe('A mistaken rule', () => {
  const mistakes = (protect: AccessRuleOptions[], more: Parameters<typeof site>[1] = {}) =>
    new RuleFindings(site(protect, { routes: ['/', '/admin', '/users/[id]'], ...more }));

  it.each<[AccessRuleOptions, string]>([
    [{ action: 'like' }, 'names no action of the site: there are dislike'],
    [{ action: 'admin.*' }, 'names no action of the site: there are dislike'],
    [{ island: 'Panel' }, 'names no server island of the site: it has none'],
    [{ pattern: '/Admin' }, 'matches nothing as written: write "/admin"'],
  ])('is reported: %j', (rule, mistake) => {
    const { mistakenRules, uselessRules } = mistakes([rule], { actions: ['dislike'] });
    expect(mistakenRules).toEqual([expect.stringContaining(`, ${mistake}`)]);
    expect(uselessRules).toEqual([]);
  });

  it('is reported when it repeats the base, even if a catch-all page matches it', () => {
    const more = { routes: ['/', '/[...page]'], base: '/app' };
    expect(mistakes([{ pattern: '/app/team/**' }], more).mistakenRules[0]).toContain('write "/team/**"');
    const routes = ['/app/[id]', '/[...page]'];
    expect(mistakes([{ pattern: '/app/team/**' }], { routes, base: '/app' }).mistakenRules).toEqual([]);
  });

  it.each<[AccessRuleOptions, Parameters<typeof site>[1]]>([
    [{ pattern: '/proxied/**' }, {}],
    [{ pattern: '/_actions/**' }, {}],
    [{ action: '*' }, {}],
    [{ action: 'like' }, { actions: undefined }],
    [{ pattern: '/Old' }, { routes: [route('/Old', { kind: 'redirect' }), '/old'] }],
    [{ pattern: '/app/team' }, { routes: ['/team'], base: '/application' }],
  ])('is not reported for %j with %j', (rule, more) => {
    expect(mistakes([rule], more).mistakenRules).toEqual([]);
  });
});

describe('A name shared by several server islands', () => {
  it('is reported with all of them', () => {
    const islands = ['src/a/Stats.astro', 'src/Stats.astro'].map((file) => ({ file, names: ['Stats', file] }));
    const shared = (island: string) => new RuleFindings(site([{ island }], { islands })).sharedIslandNames;
    expect(shared('Stats')[0]).toContain(
      'applies to 2 server islands of that name: src/a/Stats.astro, src/Stats.astro',
    );
    expect(shared('Stats.astro')).toHaveLength(1);
    expect([...shared('a/Stats.astro'), ...shared('St*'), ...shared('*')]).toEqual([]);
  });
});

describe('A rule that no route matches', () => {
  const answersItself = 'src/middleware.ts';
  const found = (protect: AccessRuleOptions[]) => {
    const routes = ['/', route('/old/[id]', { kind: 'redirect' })];
    const { uselessRules, mistakenRules, rulesForOwnAnswers } = new RuleFindings(
      site(protect, { routes, answersItself }),
    );
    return [uselessRules.length + mistakenRules.length, rulesForOwnAnswers];
  };

  it("may apply to responses of the project's own code", () => {
    const note =
      'protect[0], /b/** (signed in), is only for what src/middleware.ts answers itself: no route matches it';
    expect(found([{ pattern: '/b/**' }])).toEqual([0, [note]]);
    expect(found([{ pattern: '/old/**' }])).toEqual([0, [expect.stringContaining('/old/**')]]);
    expect(found([{ pattern: '/' }])).toEqual([0, []]);
  });

  it('is still useless where only Astro itself would respond', () => {
    expect(found([{ action: 'like' }])).toEqual([1, []]);
    expect(found([{ island: 'Panel' }])).toEqual([1, []]);
    expect(found([{ pattern: '/old/1' }])).toEqual([1, []]);
  });

  it('is still useless behind another that matches everything it matches', () => {
    expect(found([{ pattern: '/b/**' }, { pattern: '/b/c' }])[0]).toBe(1);
  });
});

describe('A file that is served without its protection', () => {
  const unguarded = (protect: AccessRuleOptions[], more: Parameters<typeof site>[1]) =>
    new RuleFindings(site(protect, more)).unguarded.map(({ path, protectedBy }) => `${path}: ${protectedBy}`);

  it('is reported for a prerendered page or a public file under a rule', () => {
    const routes = [route('/a', PRERENDERED), route('/b', PRERENDERED), '/c', route('/d/[id]', PRERENDERED)];
    const publicFiles = [{ path: '/a.csv', file: 'public/a.csv' }];
    const protect = [{ pattern: '/{a,c}' }, { pattern: '/*.csv', role: 'x' }, { pattern: '/d/**' }];
    expect(unguarded(protect, { routes, publicFiles })).toEqual([
      '/a: protect[0], /{a,c} (signed in)',
      '/a.csv: protect[1], /*.csv (role x)',
    ]);
  });

  it('is not reported for a rule that only reports or applies to other methods', () => {
    const routes = [route('/a', PRERENDERED)];
    expect(unguarded([{ pattern: '/a', enforce: false }], { routes })).toEqual([]);
    expect(unguarded([{ pattern: '/a', methods: ['POST'] }], { routes })).toEqual([]);
  });

  it('is reported for a page with a guard, unless the guard opens the page', () => {
    const routes = [
      route('/a/[id]', { ...PRERENDERED, guard: ADMIN }),
      route('/b', { ...PRERENDERED, guard: { who: 'everybody', isPublic: true } }),
    ];
    expect(unguarded([{ pattern: '/b' }], { routes })).toEqual(['/a/[id]: guard of src/pages/a/[id]: role admin']);
  });

  it('is reported for every prerendered page with globalProtect, unless the page is open', () => {
    const routes = ['/', '/login', '/404', '/open/a'].map((path) => route(path, PRERENDERED));
    const publicFiles = [{ path: '/favicon.svg', file: 'public/favicon.svg' }];
    const exclude = ['/open/**'];
    expect(unguarded([], { routes, publicFiles, exclude, globalProtect: true })).toEqual(['/: globalProtect']);
  });

  it('is reported for each prerendered page of a route with parameters', () => {
    const routes = [route('/d/[id]', PRERENDERED), route('/g/[id]', { ...PRERENDERED, guard: ADMIN })];
    const findings = new RuleFindings(site([{ pattern: '/d/one' }], { routes }));
    expect(findings.protectorOfMade('/d/one', '/d/[id]', 'x')).toBe('protect[0], /d/one (signed in)');
    expect(findings.protectorOfMade('/d/two', '/d/[id]', 'a rule of its own')).toBe('a rule of its own');
    expect(findings.protectorOfMade('/g/one', '/g/[id]', 'x')).toBeUndefined();
  });
});

describe('A 404 page', () => {
  const files = [route('/404', PRERENDERED), route('/500', PRERENDERED), route('/a', PRERENDERED)];
  const hides: AccessRuleOptions = { pattern: '/secret', role: 'x', status: 404 };
  const revealing = (protect: AccessRuleOptions[], more: Parameters<typeof site>[1] = {}) =>
    new RuleFindings(site(protect, { routes: files, ...more })).revealing404Pages;

  it('reveals hidden pages when it is prerendered', () => {
    expect(revealing([hides])).toEqual(['src/pages/404']);
    const own = route('/own', { guard: { who: 'role x', isPublic: false, hides: true } });
    expect(revealing([], { routes: [...files, own] })).toEqual(['src/pages/404']);
  });

  it('does not reveal them when it is rendered on demand, nor where nothing is hidden or enforced', () => {
    expect(revealing([hides], { routes: ['/404', '/secret'] })).toEqual([]);
    expect(revealing([{ pattern: '/secret', role: 'x' }])).toEqual([]);
    expect(revealing([{ ...hides, enforce: false }])).toEqual([]);
    expect(revealing([hides], { enforce: false })).toEqual([]);
  });
});

describe('An error page', () => {
  it('is reported when it has a guard', () => {
    const routes = [route('/404', { guard: ADMIN }), route('/500'), route('/a', { guard: ADMIN })];
    expect(new RuleFindings(site([], { routes })).guardedErrorPages).toEqual(['src/pages/404']);
  });
});
