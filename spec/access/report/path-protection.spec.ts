import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AccessRuleOptions } from '../../../lib/access/access-rule.js';
import { AccessRule } from '../../../lib/access/access-rule.js';
import { GuardConfig } from '../../../lib/access/guard/guard-config.js';
import { MethodIndex } from '../../../lib/access/paths/method-index.js';
import { PathPattern } from '../../../lib/access/paths/path-pattern.js';
import { PathProtection, type Subject } from '../../../lib/access/report/path-protection.js';
import type { DescribedGuard, SiteDescription } from '../../../lib/access/report/site-description.js';
import { site } from '../../support/site-description.js';

const ADMIN: DescribedGuard = { who: 'role admin', isPublic: false };

/** @returns `methods: who (by)` for each demand on a path. */
function demands(
  protect: readonly AccessRuleOptions[],
  pattern: string,
  more: Partial<SiteDescription> = {},
  subject: Partial<Subject> = {},
): string[] {
  const protection = new PathProtection({ ...site(protect), ...more });
  return protection
    .demandsOn({ segments: new PathPattern(pattern).segments, file: 'page.astro', ...subject })
    .map(({ who, by, methods }) => `${methods ? `${methods.join(', ')}: ` : ''}${who} (${by})`);
}

describe('The demands on a path', () => {
  it('admit everyone where nothing applies', () => {
    expect(demands([{ pattern: '/admin' }], '/about')).toEqual(['everybody (–)']);
  });

  it('come from the first rule that covers it, and from earlier rules that match a part of it', () => {
    const protect = [{ pattern: '/a/one', role: 'x' }, { pattern: '/b' }, { pattern: '/a/**' }, { pattern: '/a/two' }];
    expect(demands(protect, '/a/[id]')).toEqual(['role x (protect[0])', 'signed in (protect[2])']);
    expect(demands(protect, '/a/one')).toEqual(['role x (protect[0])']);
    expect(demands([{ pattern: '/a/one' }], '/a/[id]')).toEqual(['signed in (protect[0])', 'everybody (–)']);
  });

  it('do not come from rules and exclusions for paths that another route serves', () => {
    const at = (protect: readonly AccessRuleOptions[], pattern: string, more: Partial<SiteDescription> = {}) => {
      const { routes } = site([], { routes: ['/a/b', '/a/new/[id]', '/a/[id]', '/a/[...rest]'] });
      return demands(protect, pattern, { routes, ...more }, { pattern });
    };
    expect(at([{ pattern: '/a/b' }], '/a/[id]')).toEqual(['everybody (–)']);
    expect(at([{ pattern: '/a/c' }], '/a/[id]')).toEqual(['signed in (protect[0])', 'everybody (–)']);
    expect(at([{ pattern: '/a/c' }], '/a/[...rest]')).toEqual(['everybody (–)']);
    expect(at([{ pattern: '/a/new/*' }], '/a/[...rest]')).toEqual(['signed in (protect[0])', 'everybody (–)']);
    expect(at([{ pattern: '/a/new/[x]' }], '/a/[...rest]')).toEqual(['everybody (–)']);
    expect(at([{ pattern: '/[x]/b' }], '/a/[id]')).toEqual(['everybody (–)']);
    expect(at([], '/a/[id]', { globalProtect: true, exclude: ['/a/b'] })).toEqual(['signed in (globalProtect)']);
    const [made] = site([], { routes: ['/a/[id]'] }).routes.map((each) => ({ ...each, isPrerendered: true }));
    const routes = made ? [made, ...site([], { routes: ['/a/[...rest]'] }).routes] : [];
    expect(demands([{ pattern: '/a/c' }], '/a/[...rest]', { routes }, { pattern: '/a/[...rest]' })[0]).toContain(
      'signed',
    );
  });

  it('are listed for each method that earlier rules leave undecided', () => {
    const protect = [
      { pattern: '/a', methods: ['POST'], role: 'x' },
      { pattern: '/a', methods: ['POST', 'PUT'], role: 'y' },
      { pattern: '/a', methods: ['POST'] },
    ];
    expect(demands(protect, '/a')).toEqual(['POST: role x (protect[0])', 'PUT: role y (protect[1])', 'everybody (–)']);
    expect(demands(protect, '/a', {}, { method: 'POST' })).toEqual(['role x (protect[0])']);
    expect(demands(protect, '/a', {}, { method: 'GET' })).toEqual(['everybody (–)']);
  });

  it('do not come from rules that only report', () => {
    const protect = [{ pattern: '/a', role: 'x', enforce: false }, { pattern: '/a' }];
    expect(demands(protect, '/a')).toEqual(['would be: role x (protect[0])', 'signed in (protect[1])']);
    expect(demands([{ pattern: '/a' }], '/a', { enforce: false })).toEqual([
      'everybody (would be: signed in) (protect[0])',
    ]);
  });

  it('come from the guard of the page, and from rules for the methods it leaves out', () => {
    const protect = [{ pattern: '/**' }];
    expect(demands(protect, '/a', {}, { guard: ADMIN })).toEqual(['role admin (guard of page.astro)']);
    expect(demands(protect, '/a', {}, { guard: { ...ADMIN, methods: ['POST'] } })).toEqual([
      'POST: role admin (guard of page.astro)',
      'signed in (protect[0])',
    ]);
  });

  it('come from globalProtect unless the path is excluded', () => {
    const all = { globalProtect: true, exclude: ['/open/**', '/half/one'] };
    expect(demands([], '/a', all)).toEqual(['signed in (globalProtect)']);
    expect(demands([], '/open/[page]', all)).toEqual(['everybody (exclude)']);
    expect(demands([], '/half/[page]', all)).toEqual(['everybody (exclude)', 'signed in (globalProtect)']);
  });

  it('come from globalProtect for the methods that are not excluded', () => {
    const all = { globalProtect: true, exclude: [{ pattern: '/hooks/**', methods: ['POST'] }, '/hooks/ping'] };
    expect(demands([], '/hooks/a', all)).toEqual(['POST: everybody (exclude)', 'signed in (globalProtect)']);
    expect(demands([], '/hooks/a', all, { method: 'POST' })).toEqual(['everybody (exclude)']);
    expect(demands([], '/hooks/a', all, { method: 'GET' })).toEqual(['signed in (globalProtect)']);
    expect(demands([], '/hooks/ping', all)).toEqual(['POST: everybody (exclude)', 'everybody (exclude)']);
    expect(demands([{ pattern: '/hooks/**', methods: ['POST'], role: 'x' }], '/hooks/a', all)).toEqual([
      'POST: role x (protect[0])',
      'signed in (globalProtect)',
    ]);
    const protection = new PathProtection(site([], all));
    const isOver = (path: string) => protection.isGloballyProtected(new PathPattern(path).segments);
    expect([isOver('/hooks/a'), isOver('/hooks/ping')]).toEqual([true, false]);
  });

  it('are none where a rule is public', () => {
    const protect: AccessRuleOptions[] = [
      { pattern: '/a/**', methods: ['GET'], public: true },
      { pattern: '/a/b', public: true },
    ];
    expect(demands(protect, '/a/b', { globalProtect: true })).toEqual([
      'GET: everybody (protect[0])',
      'everybody (protect[1])',
    ]);
    expect(demands(protect, '/a/c', { globalProtect: true })).toEqual([
      'GET: everybody (protect[0])',
      'signed in (globalProtect)',
    ]);
  });

  it('come from the entries of a guard that are not public', () => {
    const guard = { who: 'role x', isPublic: false, publicFor: ['GET'] };
    expect(demands([], '/a', {}, { guard, file: 'a.ts' })).toEqual([
      'GET: everybody (guard of a.ts)',
      'role x (guard of a.ts)',
    ]);
  });

  it('admit everyone to the login page, whatever the rules', () => {
    expect(demands([{ pattern: '/**' }], '/login')).toEqual(['everybody (loginPath)']);
    expect(demands([{ pattern: '/**' }], '/[page]')).toEqual(['signed in (protect[0])']);
    expect(demands([{ pattern: '/**' }], '/enter', { loginPaths: ['/enter?first=1'] })).toEqual([
      'everybody (loginPath)',
    ]);
  });
});

describe('The report and the guard', () => {
  const segment = fc.constantFrom('a', 'b', 'ab', '*', '**', '[id]', 'a*');
  const pattern = fc.array(segment, { maxLength: 3 }).map((segments) => `/${segments.join('/')}`);
  const methods = fc.constantFrom(undefined, undefined, ['GET'], ['POST'], ['GET', 'POST']);
  const requirements = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ role: fc.constantFrom('x', 'y', 'z'), enforce: fc.constantFrom(true, true, false) }),
    },
    fc.constant({ public: true as const }),
  );
  const rule = fc
    .tuple(pattern, methods, requirements)
    .map(([at, named, asked]) => ({ pattern: at, methods: named, ...asked }));
  const exclusion = fc.tuple(pattern, methods).map(([at, named]) => (named ? { pattern: at, methods: named } : at));
  const protection = fc.record({ globalProtect: fc.boolean(), exclude: fc.array(exclusion, { maxLength: 3 }) });
  const path = fc.array(fc.constantFrom('a', 'b', 'ab'), { maxLength: 3 }).map((parts) => `/${parts.join('/')}`);

  it('name the same rule for every path and method', () => {
    fc.assert(
      fc.property(
        fc.array(rule, { maxLength: 6 }),
        protection,
        path,
        fc.constantFrom('GET', 'POST'),
        (protect, more, at, method) => {
          const rules = protect.map((options) => new AccessRule(options)).filter(({ enforce }) => enforce);
          const decides = new MethodIndex(rules).first(at, method);
          const subject = { segments: new PathPattern(at).segments };
          const decisive = new PathProtection(site(protect, more))
            .demandsOn(subject)
            .filter(({ who }) => !who.startsWith('would be'))
            .find(({ methods }) => !methods || methods.includes(method));
          const isOpen = !more.globalProtect || new GuardConfig(more).isExcluded(at, method);
          expect(decisive?.who).toBe(decides?.demand ?? (isOpen ? 'everybody' : 'signed in'));
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('A rule', () => {
  const shadows = (one: AccessRuleOptions, other: AccessRuleOptions) => {
    const [first, second] = new PathProtection(site([one, other])).rules;
    return second !== undefined && first?.shadows(second) === true;
  };

  it.each<[AccessRuleOptions, AccessRuleOptions, boolean]>([
    [{ pattern: '/a/**' }, { pattern: '/a/b' }, true],
    [{ pattern: '/a/b' }, { pattern: '/a/**' }, false],
    [{ pattern: '/a/**', methods: ['GET'] }, { pattern: '/a/b' }, false],
    [{ pattern: '/a/**', methods: ['GET', 'POST'] }, { pattern: '/a/b', methods: ['POST'] }, true],
    [{ pattern: '/a/**', methods: ['GET'] }, { pattern: '/a/b', methods: ['HEAD'] }, true],
    [{ pattern: '/a/**', enforce: false }, { pattern: '/a/b' }, false],
    [{ pattern: '/a/**' }, { pattern: '/a/b', enforce: false }, false],
    [{ action: 'admin.*' }, { action: 'admin.remove' }, true],
  ])('is compared with a later rule: %j shadows %j: %s', (one, other, expected) => {
    expect(shadows(one, other)).toBe(expected);
  });
});
