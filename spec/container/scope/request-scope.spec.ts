import { describe, expect, it } from '@jest/globals';
import { AccessChecker } from '../../../lib/access/access-checker.js';
import { AccessRule } from '../../../lib/access/access-rule.js';
import { Visitor } from '../../../lib/access/visitor.js';
import { VisitorResolver } from '../../../lib/access/visitor-resolver.js';
import { Clock } from '../../../lib/base/clock.js';
import { RequestScope, requestOf } from '../../../lib/container/scope/request-scope.js';
import type { Services } from '../../../lib/container/services.js';
import { MissingServiceError } from '../../../lib/errors/index.js';
import { injectable } from '../../../lib/injectable.js';
import { FlashBag } from '../../../lib/session/flash-bag.js';
import { draftOf, Session } from '../../../lib/session/session.js';
import { floorPlan, scopeOf } from '../../support/services.js';
import { sessionOf } from '../../support/sessions.js';

@injectable()
class Cart {
  constructor(
    readonly session: Session,
    readonly flashes: FlashBag,
    readonly visitor: Visitor,
    readonly scope: RequestScope,
    readonly clock: Clock,
  ) {}
}

@injectable()
class Checkout {
  constructor(readonly cart: Cart) {}
}

/** Counts the child containers that are made from here on. */
function countContainers(services: Services): () => number {
  let made = 0;
  const create = services.container.createChildContainer.bind(services.container);
  services.container.createChildContainer = () => {
    made += 1;
    return create();
  };
  return () => made;
}

describe('The scope of a request', () => {
  it('provides the objects of the request', () => {
    const session = sessionOf({ userId: 'ada' });
    const scope = scopeOf(floorPlan().boot(), session);
    expect(scope.get(Session)).toBe(session);
    expect(scope.get(FlashBag)).toBe(session.flashes);
    expect(scope.get(Visitor)).toBe(scope.visitor);
    expect(scope.get(RequestScope)).toBe(scope);
    expect(scope.visitor.id).toBe('ada');
  });

  it('provides shared services', () => {
    const services = floorPlan().boot();
    expect(scopeOf(services, new Session()).get(AccessChecker)).toBe(services.get(AccessChecker));
  });

  it('provides a replacement within its request, also to other services of the request', () => {
    const services = floorPlan().perRequest(Cart).boot();
    const scope = scopeOf(services, new Session());
    const clock = new Clock();
    requestOf(scope).services.replace(Clock, clock);
    expect(scope.get(Clock)).toBe(clock);
    expect(scope.get(Cart).clock).toBe(clock);
    expect(scopeOf(services, new Session()).get(Cart).clock).toBe(services.get(Clock));
  });

  it('creates a service of the request once, with the objects of the request', () => {
    const services = floorPlan().perRequest(Cart).perRequest(Checkout).boot();
    const scope = scopeOf(services, sessionOf({ userId: 'ada' }));
    const cart = scope.get(Cart);
    expect(cart).toMatchObject({ session: scope.session, flashes: scope.session.flashes, scope });
    expect(cart.visitor).toBe(scope.visitor);
    expect(cart.clock).toBe(services.get(Clock));
    expect(scope.get(Cart)).toBe(cart);
    expect(scope.get(Checkout).cart).toBe(cart);
  });

  it('calls the factory of a service of the request once, with the objects of the request', () => {
    class Basket {
      constructor(readonly session: Session) {}
    }
    const services = floorPlan()
      .perRequest(Basket, (get) => new Basket(get(Session)))
      .boot();
    const [one, other] = [scopeOf(services, new Session()), scopeOf(services, new Session())];
    expect(one.get(Basket)).toBe(one.get(Basket));
    expect(one.get(Basket).session).toBe(one.session);
    expect(other.get(Basket).session).toBe(other.session);
  });

  it.each([class Unregistered {}, AccessRule])('does not provide %p', (token) => {
    expect(() => scopeOf(floorPlan().boot(), new Session()).get(token)).toThrow(MissingServiceError);
  });

  it('creates a container only for a service of the request', () => {
    const services = floorPlan().perRequest(Cart).perRequest(Checkout).boot();
    const containers = countContainers(services);
    const scope = scopeOf(services, sessionOf({ userId: 'ada' }));
    for (const token of [Session, FlashBag, Visitor, RequestScope, Clock, AccessChecker]) scope.get<unknown>(token);
    expect(containers()).toBe(0);
    scope.get(Cart);
    scope.get(Checkout);
    expect(containers()).toBe(1);
  });

  it('never mixes up concurrent requests', async () => {
    const services = floorPlan().perRequest(Cart).perRequest(Checkout).boot();
    const pause = () => new Promise((wake) => setTimeout(wake, Math.random() * 5));
    const carts = await Promise.all(
      Array.from({ length: 500 }, async (_, number) => {
        const session = sessionOf({ userId: `visitor-${number}` });
        await pause();
        const scope = scopeOf(services, session);
        await pause();
        const early = number % 2 === 0 ? scope.get(Checkout).cart : scope.get(Cart);
        await pause();
        const late = scope.get(Checkout).cart;
        expect(late).toBe(early);
        expect(late.session).toBe(session);
        expect(late.flashes).toBe(session.flashes);
        expect(late.visitor.id).toBe(`visitor-${number}`);
        expect(late.scope).toBe(scope);
        return late;
      }),
    );
    expect(new Set(carts).size).toBe(500);
  });
});

/** Resolves visitors when the spec says so, as a slow directory would. */
class DirectoryResolver extends VisitorResolver {
  readonly waiting: { answer: (visitor: Visitor) => void; fail: (error: Error) => void }[] = [];

  override resolve(): Promise<Visitor> {
    return new Promise((answer, fail) => {
      this.waiting.push({ answer, fail });
    });
  }

  answer(visitor: Visitor): void {
    this.waiting.shift()?.answer(visitor);
  }

  fail(): void {
    this.waiting.shift()?.fail(new Error('directory down'));
  }
}

function withResolver<Resolver extends typeof VisitorResolver>(resolver: Resolver) {
  const services = floorPlan().override(VisitorResolver, resolver).boot();
  return { services, resolver: services.get(VisitorResolver) as InstanceType<Resolver> };
}

describe('The visitor of a request', () => {
  it('is resolved once as long as the session does not change', () => {
    const asked: string[] = [];
    class Counting extends VisitorResolver {
      override resolve(session: Session) {
        asked.push('resolve');
        return this.fromSession(session);
      }
    }
    const scope = scopeOf(withResolver(Counting).services, sessionOf({ userId: 'ada' }));
    expect(scope.visitor).toBe(scope.visitor);
    expect(asked).toHaveLength(1);
    scope.session.set('role', 'admin');
    expect(scope.visitor.hasRole('admin')).toBe(true);
    expect(asked).toHaveLength(2);
  });

  it('follows the session within the request: signing in, out, and in as another user', () => {
    const scope = scopeOf(floorPlan().boot(), new Session());
    expect(scope.visitor.isGuest).toBe(true);
    draftOf(scope.session).signIn({ userId: 'ada', role: 'admin' }, 0);
    expect(scope.visitor).toMatchObject({ id: 'ada', roles: ['admin'] });
    draftOf(scope.session).signIn({ userId: 'bob' }, 0);
    expect(scope.visitor).toMatchObject({ id: 'bob', roles: [] });
    scope.session.destroy();
    expect(scope.visitor.isGuest).toBe(true);
  });

  it('comes from an asynchronous resolver once it has finished', async () => {
    const { services, resolver } = withResolver(DirectoryResolver);
    const scope = scopeOf(services, sessionOf({ userId: 'ada', role: 'admin' }));
    const resolving = scope.resolveVisitor();
    resolver.answer(new Visitor({ userId: 'ada' }, ['reader']));
    expect((await resolving).roles).toEqual(['reader']);
    expect(scope.visitor.roles).toEqual(['reader']);
  });

  it('does not change until an asynchronous resolver has finished again', async () => {
    const { services, resolver } = withResolver(DirectoryResolver);
    const scope = scopeOf(services, sessionOf({ userId: 'ada' }));
    const resolving = scope.resolveVisitor();
    resolver.answer(new Visitor({ userId: 'ada' }, ['reader']));
    await resolving;
    scope.session.set('role', 'admin');
    expect(scope.visitor.roles).toEqual(['reader']);
    resolver.answer(new Visitor({ userId: 'ada' }, ['writer']));
    expect((await scope.resolveVisitor()).roles).toEqual(['writer']);
  });

  it('remains a guest whom a resolver refused, though the session changes and names a user', async () => {
    const { services, resolver } = withResolver(DirectoryResolver);
    const scope = scopeOf(services, sessionOf({ userId: 'banned', role: 'admin' }));
    const resolving = scope.resolveVisitor();
    resolver.answer(new Visitor());
    expect((await resolving).isGuest).toBe(true);
    scope.session.set('visits' as never, 1 as never);
    expect(scope.visitor.isGuest).toBe(true);
    expect(scope.get(Visitor).hasRole('admin')).toBe(false);
  });

  it('remains a guest whom a resolver refused, though its next result is a promise', () => {
    class Moody extends VisitorResolver {
      #asked = 0;
      override resolve(): Visitor | Promise<Visitor> {
        return this.#asked++ === 0 ? this.guest() : new Promise(() => {});
      }
    }
    const scope = scopeOf(withResolver(Moody).services, sessionOf({ userId: 'banned', role: 'admin' }));
    expect(scope.visitor.isGuest).toBe(true);
    scope.session.set('visits' as never, 1 as never);
    expect(scope.visitor.isGuest).toBe(true);
  });

  it('follows the session after signing in and out until an asynchronous resolver has finished', async () => {
    const { services } = withResolver(DirectoryResolver);
    const scope = scopeOf(services, new Session());
    expect(scope.visitor.isGuest).toBe(true);
    draftOf(scope.session).signIn({ userId: 'ada', role: 'editor' }, 0);
    expect(scope.visitor).toMatchObject({ id: 'ada', roles: ['editor'] });
    scope.session.destroy();
    expect(scope.visitor.isGuest).toBe(true);
  });

  it('is not taken from an outdated result', async () => {
    const { services, resolver } = withResolver(DirectoryResolver);
    const scope = scopeOf(services, sessionOf({ userId: 'ada' }));
    void scope.visitor;
    draftOf(scope.session).signIn({ userId: 'bob' }, 0);
    void scope.visitor;
    const resolving = scope.resolveVisitor();
    resolver.answer(new Visitor({ userId: 'ada' }, ['admin']));
    resolver.answer(new Visitor({ userId: 'bob' }));
    expect(await resolving).toMatchObject({ id: 'bob', roles: [] });
  });

  it('is a guest when a resolver fails, and resolveVisitor() rejects', async () => {
    const { services, resolver } = withResolver(DirectoryResolver);
    const scope = scopeOf(services, sessionOf({ userId: 'ada', role: 'admin' }));
    const resolving = scope.resolveVisitor();
    resolver.fail();
    await expect(resolving).rejects.toThrow('directory down');
    await expect(scope.resolveVisitor()).rejects.toThrow('directory down');
    expect(scope.visitor.isGuest).toBe(true);
  });

  it('causes an error each time when a resolver throws synchronously', async () => {
    class Broken extends VisitorResolver {
      override resolve(): Visitor {
        throw new Error('broken');
      }
    }
    const scope = scopeOf(withResolver(Broken).services, sessionOf({ userId: 'ada', role: 'admin' }));
    for (let attempt = 0; attempt < 2; attempt++) {
      expect(() => scope.visitor).toThrow('broken');
      await expect(scope.resolveVisitor()).rejects.toThrow('broken');
    }
  });

  it.each([undefined, null, {}, { userId: 'ada' }])(
    'is a guest when a resolver returns %p, and resolveVisitor() rejects with the cure',
    async (answer) => {
      for (const given of [answer, Promise.resolve(answer)]) {
        class Forgetful extends VisitorResolver {
          override resolve(): Visitor {
            return given as never;
          }
        }
        const scope = scopeOf(withResolver(Forgetful).services, sessionOf({ userId: 'ada', role: 'admin' }));
        await expect(scope.resolveVisitor()).rejects.toThrow(/Forgetful.*this\.guest\(\)/);
        expect(scope.visitor.isGuest).toBe(true);
      }
    },
  );
});
