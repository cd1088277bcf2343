import { describe, expect, it } from '@jest/globals';
import { ForeignVisitor } from '../../lib/access/foreign-visitor.js';
import { VisitorResolver } from '../../lib/access/visitor-resolver.js';
import { SecurityEvents } from '../../lib/session/security-events.js';
import { FrozenClock } from '../support/frozen-clock.js';
import { resolverParts } from '../support/services.js';

const resolver = new VisitorResolver(...resolverParts(), new FrozenClock(), new SecurityEvents());

describe('Somebody whom another part of the application knows', () => {
  it('is what the application says, as it was when it said so', () => {
    const known = { userId: 'ada', roles: ['user'] };
    const { session, known: given } = new ForeignVisitor(known, true, resolver);
    known.userId = 'bob';
    known.roles.push('admin');
    expect(session?.contents()).toEqual({ userId: 'ada', roles: ['user'] });
    expect(given).toBe(known);
  });

  it.each<[string, (known: Record<string, unknown>) => void, boolean]>([
    ['nothing', () => {}, false],
    ['a value', (known) => Object.assign(known, { role: 'admin' }), true],
    ['a new key', (known) => Object.assign(known, { plan: 'pro' }), true],
    ['a key taken out', (known) => Reflect.deleteProperty(known, 'role'), true],
    ['an entry of a list', (known) => (known.roles as string[]).push('admin'), true],
    ['a list by one that says the same', (known) => Object.assign(known, { roles: ['user'] }), false],
  ])('has changed, or not, by %s', (_, change, hasChanged) => {
    const known = { userId: 'ada', role: 'user', roles: ['user'] };
    const foreign = new ForeignVisitor(known, true, resolver);
    change(known);
    expect(foreign.hasChanged).toBe(hasChanged);
  });

  it('never changes as a guest', () => {
    expect(new ForeignVisitor(null, true, resolver).hasChanged).toBe(false);
  });
});
