import { describe, expect, it } from '@jest/globals';
import { DecisionLog } from '../../lib/access/guard/decision-log.js';
import { ServiceRegistry } from '../../lib/container/service-registry.js';

class Part {}
class Replacement extends Part {}
class Mailer {}

const registry = () => new ServiceRegistry(() => new DecisionLog());

describe('The service registry', () => {
  it('remembers a late override of a part of the package, and no other late registration', () => {
    const registrations = registry();
    registrations.registrations.set(Part, { lifetime: 'shared', implementation: Part });
    registrations.asOwn();
    expect(registrations.refuse(Mailer).message).toContain('the server has started');
    expect(() => registrations.assertInTime()).not.toThrow();
    const first = registrations.refuse(Part);
    registrations.refuse(Part);
    expect(() => registrations.assertInTime()).toThrow(first);
  });

  it('knows which class replaces one that the package instantiates itself', () => {
    const registrations = registry();
    registrations.registrations.set(Part, { lifetime: 'made', implementation: Replacement });
    registrations.registrations.set(Mailer, { lifetime: 'shared', implementation: Mailer });
    expect(registrations.settleMadeClasses().of(Part)).toBe(Replacement);
    expect(registrations.madeClasses.of(Mailer)).toBe(Mailer);
    expect([registrations.lifetimeOf(Part), registrations.lifetimeOf(Replacement)]).toEqual(['made', undefined]);
  });

  it('lists the classes whose instances a request may have to dispose of', () => {
    class Unit {
      [Symbol.dispose](): void {}
    }
    const registrations = registry();
    for (const token of [Part, Unit])
      registrations.registrations.set(token, { lifetime: 'perRequest', implementation: token });
    registrations.registrations.set(Mailer, { lifetime: 'shared', implementation: Mailer });
    expect(registrations.endedByRequests).toEqual([Unit]);
  });
});
