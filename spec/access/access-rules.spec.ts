import { describe, expect, it } from '@jest/globals';
import { AccessRule } from '../../lib/access/access-rule.js';
import { AccessRules } from '../../lib/access/access-rules.js';
import { GuardConfig } from '../../lib/access/guard/guard-config.js';
import { MadeClasses } from '../../lib/session/made-classes.js';

const config = new GuardConfig({
  protect: [{ pattern: '/admin/open' }, { pattern: '/admin/**', role: 'admin' }, { pattern: '/admin/open', role: 'x' }],
});

describe('The rules', () => {
  it('find the first rule that matches', () => {
    const rules = new AccessRules(config);
    expect(rules.find('/admin/open')).toBe(rules.all[0]);
    expect(rules.find('/admin/users')).toBe(rules.all[1]);
    expect(rules.find('/')).toBeUndefined();
  });

  it('find the first rule that matches any of several paths', () => {
    const rules = new AccessRules(config);
    expect(rules.findFirst(['/admin/users', '/admin/open'])).toBe(rules.all[0]);
    expect(rules.findFirst(['/none', '/admin/users'])).toBe(rules.all[1]);
    expect(rules.findFirst(['/none', '/nowhere'])).toBeUndefined();
  });

  it('find the first rule that matches and applies to the method', () => {
    const protect = [
      { pattern: '/posts/**', methods: ['DELETE'], role: 'admin' },
      { pattern: '/posts/new', methods: ['POST', 'GET'], role: 'author' },
      { pattern: '/posts/**' },
    ];
    const rules = new AccessRules(new GuardConfig({ protect }));
    const [deleting, writing, any] = rules.all;
    expect(rules.find('/posts/new', 'DELETE')).toBe(deleting);
    expect(rules.find('/posts/new', 'POST')).toBe(writing);
    expect(rules.find('/posts/new', 'HEAD')).toBe(writing);
    expect(rules.find('/posts/new', 'PATCH')).toBe(any);
    expect(rules.find('/posts/1', 'POST')).toBe(any);
    expect(rules.find('/posts/1', 'PROPFIND')).toBe(any);
  });

  it('know whether they are empty', () => {
    expect(new AccessRules(config).isEmpty).toBe(false);
    expect(new AccessRules(new GuardConfig()).isEmpty).toBe(true);
  });

  it('are never considered empty when a subclass finds rules elsewhere', () => {
    class RulesFromElsewhere extends AccessRules {
      override find() {
        return this.signedIn;
      }
    }
    expect(new RulesFromElsewhere(new GuardConfig()).isEmpty).toBe(false);
  });

  it('instantiate the registered subclass of AccessRule', () => {
    class TeamRule extends AccessRule {}
    const made = new MadeClasses(new Map([[AccessRule, TeamRule]]));
    const rules = made.during(() => new AccessRules(config));
    expect(rules.all.every((rule) => rule instanceof TeamRule)).toBe(true);
    expect(rules.signedIn).toBeInstanceOf(TeamRule);
  });
});
