import { describe, expect, it } from '@jest/globals';
import { VisitorResolver } from '../../../lib/access/visitor-resolver.js';
import { ForeignVisitor } from '../../../lib/access/visitors/foreign-visitor.js';
import { SecurityEvents } from '../../../lib/session/security-events.js';
import { FrozenClock } from '../../support/frozen-clock.js';
import { resolverParts } from '../../support/services.js';

const resolver = new VisitorResolver(...resolverParts(), new FrozenClock(), new SecurityEvents());

describe('A provided visitor', () => {
  it('has the data from the time when it was provided', () => {
    const known = { userId: 'ada', roles: ['user'] };
    const { session, known: given } = new ForeignVisitor(known, 'locals', resolver);
    known.userId = 'bob';
    known.roles.push('admin');
    expect(session?.contents()).toEqual({ userId: 'ada', roles: ['user'] });
    expect(given).toBe(known);
  });

  it.each<[string, (known: Record<string, unknown>) => void, boolean]>([
    ['nothing', () => {}, false],
    ['a changed value', (known) => Object.assign(known, { role: 'admin' }), true],
    ['a new key', (known) => Object.assign(known, { plan: 'pro' }), true],
    ['a removed key', (known) => Reflect.deleteProperty(known, 'role'), true],
    ['a changed list', (known) => (known.roles as string[]).push('admin'), true],
    ['an equal list', (known) => Object.assign(known, { roles: ['user'] }), false],
  ])('detects changes of its object: %s', (_, change, hasChanged) => {
    const known = { userId: 'ada', role: 'user', roles: ['user'] };
    const foreign = new ForeignVisitor(known, 'locals', resolver);
    change(known);
    expect(foreign.hasChanged).toBe(hasChanged);
  });

  it('never changes for a guest', () => {
    expect(new ForeignVisitor(null, 'locals', resolver).hasChanged).toBe(false);
  });

  it('is copied once when identify names it', () => {
    let reads = 0;
    const known = {
      get userId() {
        reads += 1;
        return reads === 1 ? 'ada' : 'root';
      },
    };
    const foreign = ForeignVisitor.identified(known, resolver);
    expect([foreign.session?.contents(), foreign.hasChanged, foreign.anew().session?.contents()]).toEqual([
      { userId: 'ada' },
      false,
      { userId: 'ada' },
    ]);
    expect(reads).toBe(1);
  });
});
