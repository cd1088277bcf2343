import { describe, expect, it } from '@jest/globals';
import { AccessChecker } from '../../lib/access/access-checker.js';
import { AccessDecision } from '../../lib/access/access-decision.js';
import { AccessConfig } from '../../lib/access/access-options.js';
import { AccessRule } from '../../lib/access/access-rule.js';
import { AccessRules } from '../../lib/access/access-rules.js';
import { CsrfConfig } from '../../lib/access/csrf/csrf-config.js';
import { CsrfGuard } from '../../lib/access/csrf/csrf-guard.js';
import { CsrfTokens } from '../../lib/access/csrf/csrf-tokens.js';
import { DecisionLog } from '../../lib/access/guard/decision-log.js';
import { GuardConfig } from '../../lib/access/guard/guard-config.js';
import { PageGuards } from '../../lib/access/guard/page-guard.js';
import { RouteGuard } from '../../lib/access/guard/route-guard.js';
import { Visitor } from '../../lib/access/visitor.js';
import { Clock } from '../../lib/base/clock.js';
import type { Get } from '../../lib/container/registration.js';
import { RequestScope, requestOf } from '../../lib/container/scope/request-scope.js';
import { registryOf, Services } from '../../lib/container/services.js';
import {
  CaptiveServiceError,
  InvalidOverrideError,
  MissingServiceError,
  ServiceConstructionError,
} from '../../lib/errors/index.js';
import { injectable } from '../../lib/injectable.js';
import { FlashBag } from '../../lib/session/flash-bag.js';
import { SessionManager } from '../../lib/session/manager/session-manager.js';
import { SecurityEvents } from '../../lib/session/security-events.js';
import { Session } from '../../lib/session/session.js';
import { SessionStore } from '../../lib/session/stores/session-store.js';
import { errorOf } from '../support/errors.js';
import { FakeCookieJar } from '../support/fake-cookie-jar.js';
import { floorPlan, scopeOf } from '../support/services.js';
import { sessionOf } from '../support/sessions.js';

abstract class Port {
  abstract answer(): string;
}

class Cart {}

describe('A missing service', () => {
  @injectable()
  class Asking {
    constructor(readonly port: Port) {}
  }

  it.each<[string, () => Services]>([
    ['a constructor', () => new Services().shared(Asking)],
    ["the constructor of a request's service", () => new Services().perRequest(Asking)],
    ['a factory', () => new Services().shared(Asking, (get) => new Asking(get(Port)))],
  ])('prevents the start when %s needs it', (_, make) => {
    const error = errorOf(() => make().boot());
    expect(error).toBeInstanceOf(MissingServiceError);
    expect(error).toMatchObject({ service: 'Port', neededBy: 'Asking' });
  });

  it('is not created when it is requested explicitly', () => {
    const services = floorPlan().perRequest(Cart).boot();
    expect(() => services.get(Port)).toThrow(MissingServiceError);
    expect(() => services.get(Cart)).toThrow(MissingServiceError);
    expect(() => services.get(Session)).toThrow(MissingServiceError);
  });

  it('cannot be overridden, only registered', () => {
    const error = errorOf(() => floorPlan().override(Cart, Cart));
    expect(error).toBeInstanceOf(InvalidOverrideError);
    expect(error.message).toMatch(/services\.shared\(Cart\) or services\.perRequest\(Cart\)/);
  });
});

describe('Lazily created services', () => {
  it('are created on first use, after their dependencies', () => {
    const made: string[] = [];
    const services = floorPlan()
      .override(Clock, () => {
        made.push('Clock');
        return new Clock();
      })
      .shared(Cart, (get) => {
        get(Clock);
        made.push('Cart');
        return new Cart();
      });
    services.boot('later');
    expect(made).toEqual([]);
    expect(services.get(Cart)).toBe(services.get(Cart));
    expect(made).toEqual(['Clock', 'Cart']);
  });

  it('are checked at start all the same', () => {
    class Asking {
      constructor(readonly cart: Cart) {}
    }
    Reflect.defineMetadata('design:paramtypes', [Cart], Asking);
    expect(() => floorPlan().perRequest(Cart).shared(Asking).boot('later')).toThrow(CaptiveServiceError);
  });
});

describe('A factory', () => {
  it('replaces a class, and is called once', () => {
    let calls = 0;
    const services = floorPlan().override(Clock, () => {
      calls += 1;
      return new Clock();
    });
    services.boot();
    expect(services.get(Clock)).toBe(services.get(Clock));
    expect(calls).toBe(1);
  });

  it('receives the services that it requests', () => {
    class Own extends AccessChecker {
      constructor(
        access: AccessConfig,
        readonly clock: Clock,
      ) {
        super(access);
      }
    }
    const services = floorPlan().override(AccessChecker, (get) => new Own(get(AccessConfig), get(Clock)));
    expect((services.boot().get(AccessChecker) as Own).clock).toBe(services.get(Clock));
  });

  it.each([
    [{}, 'extends Clock'],
    [undefined, 'extends Clock'],
    [null, 'extends Clock'],
    [Promise.resolve(new Clock()), 'Pass one that waits in its methods'],
  ])('must return an instance of the class, and not %p', (made, cure) => {
    const error = errorOf(() =>
      floorPlan()
        .override(Clock, () => made as never)
        .boot(),
    );
    expect(error).toBeInstanceOf(InvalidOverrideError);
    expect(error.message).toContain(cure);
  });

  it('must do so for a request as well', () => {
    const services = floorPlan()
      .perRequest(Cart, () => 'no cart' as never)
      .boot();
    expect(() => scopeOf(services, new Session()).get(Cart)).toThrow(InvalidOverrideError);
  });

  it('may replace a service that is registered as a value', () => {
    const config = new GuardConfig({ loginPath: '/in' });
    expect(
      floorPlan()
        .override(GuardConfig, () => config)
        .boot()
        .get(GuardConfig),
    ).toBe(config);
  });
});

describe('An override', () => {
  it('has the lifetime of what it replaces', () => {
    class BigCart extends Cart {}
    const services = floorPlan().perRequest(Cart).override(Cart, BigCart).boot();
    expect(services.lifetimeOf(Cart)).toBe('perRequest');
    const [first, second] = [scopeOf(services, new Session()), scopeOf(services, new Session())];
    expect(first.get(Cart)).toBeInstanceOf(BigCart);
    expect(first.get(Cart)).toBe(first.get(Cart));
    expect(first.get(Cart)).not.toBe(second.get(Cart));
    expect(
      floorPlan()
        .override(Clock, () => new Clock())
        .lifetimeOf(Clock),
    ).toBe('shared');
    expect(
      floorPlan()
        .override(Session, class extends Session {})
        .lifetimeOf(Session),
    ).toBe('made');
  });

  it('replaces an earlier override', () => {
    class First extends Clock {}
    class Second extends Clock {}
    expect(floorPlan().override(Clock, First).override(Clock, Second).boot().get(Clock)).toBeInstanceOf(Second);
  });

  it.each([Session, FlashBag, Visitor, AccessRule, AccessDecision, RequestScope])(
    'must be a class for %p, which is created from the data of a request',
    (token) => {
      const error = errorOf(() => floorPlan().override<unknown>(token, () => undefined));
      expect(error).toBeInstanceOf(InvalidOverrideError);
      expect(error.message).toContain(`Pass a class that extends ${token.name}`);
    },
  );

  it('takes effect for classes that are created from the data of a request', async () => {
    class MySession extends Session {}
    class MyBag extends FlashBag {}
    class MyVisitor extends Visitor {}
    class MyRule extends AccessRule {}
    class MyDecision extends AccessDecision {}
    class MyScope extends RequestScope {}
    const services = floorPlan({ guard: new GuardConfig({ protect: [{ pattern: '/x' }] }) })
      .override(Session, MySession)
      .override(FlashBag, MyBag)
      .override(Visitor, MyVisitor)
      .override(AccessRule, MyRule)
      .override(AccessDecision, MyDecision)
      .override(RequestScope, MyScope)
      .boot();
    const session = await services.get(SessionManager).open(new FakeCookieJar());
    const scope = scopeOf(services, session);
    const [rule] = services.get(AccessRules).all;
    expect(session).toBeInstanceOf(MySession);
    expect(session.flashes).toBeInstanceOf(MyBag);
    expect(scope).toBeInstanceOf(MyScope);
    expect(scope.visitor).toBeInstanceOf(MyVisitor);
    expect(rule).toBeInstanceOf(MyRule);
    expect(rule && (await services.get(AccessChecker).check(rule, scope.visitor))).toBeInstanceOf(MyDecision);
  });
});

describe('The start', () => {
  it('creates every shared service once', () => {
    const made: string[] = [];
    class CountedClock extends Clock {
      constructor() {
        super();
        made.push('clock');
      }
    }
    class CountedLog extends DecisionLog {
      constructor() {
        super();
        made.push('log');
      }
    }
    const services = floorPlan()
      .perRequest(Cart, (get) => Object.assign(new Cart(), { clock: get(Clock), log: get(DecisionLog) }))
      .override(Clock, CountedClock)
      .override(DecisionLog, () => new CountedLog())
      .boot();
    expect([...made].sort()).toEqual(['clock', 'log']);
    const scope = scopeOf(services, sessionOf({ userId: 'ada' }));
    expect(scope.get(Cart)).toMatchObject({ clock: services.get(Clock), log: services.get(DecisionLog) });
    expect(scope.get(Clock)).toBe(services.get(Clock));
    expect(made).toHaveLength(2);
    services.boot();
    expect(made).toHaveLength(2);
  });

  it('ends registration', () => {
    const services = floorPlan().boot();
    for (const late of [() => services.shared(Cart), () => services.override(Clock, class extends Clock {})]) {
      expect(late).toThrow(InvalidOverrideError);
      expect(late).toThrow('Register services in src/gatehouse.ts');
    }
  });

  it('must come before get() of a service that could still be replaced', () => {
    const early = () => floorPlan().get(SessionStore);
    expect(early).toThrow(ServiceConstructionError);
    expect(early).toThrow('Get it inside the function that you register');
  });

  it('creates separate services for each server', () => {
    const [one, other] = [floorPlan().boot(), floorPlan().boot()];
    expect(one.get(RouteGuard)).not.toBe(other.get(RouteGuard));
    expect(one.get(SessionStore)).not.toBe(other.get(SessionStore));
  });
});

describe('Disposable services', () => {
  const ended: string[] = [];
  class Pool {
    dispose() {
      ended.push('pool');
    }
  }
  class Mailer {
    async [Symbol.asyncDispose]() {
      ended.push('mailer');
    }
  }
  class Unit {
    [Symbol.dispose]() {
      ended.push('unit');
    }
  }
  @injectable()
  class Repository {
    constructor(readonly unit: Unit) {}
    dispose() {
      ended.push('repository');
    }
  }
  class Plain {}
  Reflect.defineMetadata('design:paramtypes', [Unit], Repository);

  const plan = () =>
    floorPlan()
      .shared(Mailer, (get) => {
        get(Pool);
        return new Mailer();
      })
      .shared(Pool)
      .value(Plain, { dispose: () => ended.push('value') })
      .perRequest(Repository)
      .perRequest(Unit)
      .boot();

  it('are disposed of after the services that need them, except for registered values', async () => {
    ended.length = 0;
    const services = plan();
    expect(registryOf(services).mayEnd).toBe(true);
    await registryOf(services).dispose();
    await registryOf(services).dispose();
    expect(ended).toEqual(['mailer', 'pool']);
    expect(registryOf(floorPlan().boot()).mayEnd).toBe(false);
  });

  it('are disposed of with their request, after the services that need them', async () => {
    ended.length = 0;
    const services = plan();
    const [one, other] = [scopeOf(services, sessionOf({})), scopeOf(services, sessionOf({}))];
    expect(requestOf(one).mayEnd).toBe(false);
    const { unit } = one.get(Repository);
    expect(one.get(Unit)).toBe(unit);
    expect(requestOf(one).mayEnd).toBe(true);
    await other.dispose();
    expect(ended).toEqual([]);
    await one.dispose();
    await one.dispose();
    expect(ended).toEqual(['repository', 'unit']);
    expect(one.get(Unit)).not.toBe(unit);
  });

  it('are not disposed of by other registrations that return them', async () => {
    ended.length = 0;
    abstract class Port {}
    abstract class Other {}
    class Harbour extends Port {
      dispose() {
        ended.push('harbour');
      }
    }
    class Given extends Other {
      dispose() {
        ended.push('value');
      }
    }
    const services = floorPlan()
      .shared(Harbour)
      .value(Given, new Given())
      .shared(Other, (get) => get(Given))
      .perRequest(Port, (get) => get(Harbour))
      .boot();
    const scope = scopeOf(services, sessionOf({}));
    expect(scope.get(Port)).toBe(services.get(Harbour));
    await scope.dispose();
    expect(ended).toEqual([]);
    await registryOf(services).dispose();
    expect(ended).toEqual(['harbour']);
  });

  it('are listed where a class is disposable, or a factory creates its instances', () => {
    class Quiet {}
    const services = plan();
    expect(registryOf(services).endedByRequests).toEqual([Repository, Unit]);
    expect(registryOf(floorPlan().perRequest(Quiet).boot()).endedByRequests).toEqual([]);
    const made = floorPlan().perRequest(Quiet, () => new Quiet());
    expect(registryOf(made.boot()).endedByRequests).toEqual([Quiet]);
  });
});

describe('A method that the package does not call', () => {
  class LateGuard extends RouteGuard {
    override async inspect() {
      return new Response(null, { status: 451 });
    }
  }
  class HeldGuard extends RouteGuard {
    override readonly inspect = async () => new Response(null, { status: 451 });
  }
  class ShutGuard extends CsrfGuard {
    override async inspect() {
      return new Response(null, { status: 451 });
    }
  }
  const sentence = (name: string, replaced: string) =>
    `${name} cannot replace ${replaced}: it overrides inspect(), which the package does not call. Override judge() instead`;
  const make = (get: Get) =>
    new LateGuard(
      get(AccessRules),
      get(PageGuards),
      get(AccessChecker),
      get(GuardConfig),
      get(DecisionLog),
      get(SecurityEvents),
    );

  it.each<[string, string, string, (services: Services) => Services]>([
    ['in a class', 'LateGuard', 'RouteGuard', (services) => services.override(RouteGuard, LateGuard)],
    ['in an instance', 'HeldGuard', 'RouteGuard', (services) => services.override(RouteGuard, HeldGuard)],
    ['in the result of a factory', 'LateGuard', 'RouteGuard', (services) => services.override(RouteGuard, make)],
    ['in another guard', 'ShutGuard', 'CsrfGuard', (services) => services.override(CsrfGuard, ShutGuard)],
    [
      'in a value',
      'ShutGuard',
      'CsrfGuard',
      (services) =>
        services.value(
          CsrfGuard,
          new ShutGuard(new CsrfConfig(), {} as CsrfTokens, new DecisionLog(), new SecurityEvents()),
        ),
    ],
  ])('may not be overridden alone: %s', (_, name, replaced, register) => {
    const error = errorOf(() => register(floorPlan()).boot());
    expect(error).toBeInstanceOf(InvalidOverrideError);
    expect(error.message).toContain(sentence(name, replaced));
  });

  it('may be overridden along with the one that is called', () => {
    class Both extends LateGuard {
      override judge(...asked: Parameters<RouteGuard['judge']>) {
        return super.judge(...asked);
      }
    }
    expect(() => floorPlan().override(RouteGuard, Both).boot()).not.toThrow();
  });
});
