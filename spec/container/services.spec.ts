import { describe, expect, it } from '@jest/globals';
import { AccessChecker } from '../../lib/access/access-checker.js';
import { AccessDecision } from '../../lib/access/access-decision.js';
import { AccessConfig } from '../../lib/access/access-options.js';
import { AccessRule } from '../../lib/access/access-rule.js';
import { AccessRules } from '../../lib/access/access-rules.js';
import { CsrfConfig } from '../../lib/access/csrf/csrf-config.js';
import { CsrfGuard } from '../../lib/access/csrf/csrf-guard.js';
import { CsrfTokens } from '../../lib/access/csrf/csrf-tokens.js';
import { DecisionLog } from '../../lib/access/decision-log.js';
import { GuardConfig } from '../../lib/access/guard-config.js';
import { PageGuards } from '../../lib/access/page-guards.js';
import { RouteGuard } from '../../lib/access/route-guard.js';
import { Visitor } from '../../lib/access/visitor.js';
import type { Get } from '../../lib/container/registration.js';
import { RequestScope, requestOf } from '../../lib/container/request-scope.js';
import { Services } from '../../lib/container/services.js';
import {
  CaptiveServiceError,
  GatehouseError,
  InvalidOverrideError,
  MissingServiceError,
  ServiceConstructionError,
} from '../../lib/errors.js';
import { injectable } from '../../lib/injectable.js';
import { Clock } from '../../lib/session/clock.js';
import { FlashBag } from '../../lib/session/flash-bag.js';
import { SecurityEvents } from '../../lib/session/security-events.js';
import { Session } from '../../lib/session/session.js';
import { SessionManager } from '../../lib/session/session-manager.js';
import { SessionStore } from '../../lib/session/stores/session-store.js';
import { FakeCookieJar } from '../support/fake-cookie-jar.js';
import { navigation } from '../support/guarded-request.js';
import { floorPlan, scopeOf } from '../support/services.js';
import { sessionOf } from '../support/sessions.js';
import { guest, member } from '../support/visitors.js';

/** What was thrown, so that a spec can look at its data. */
function errorOf(run: () => unknown): GatehouseError {
  try {
    run();
  } catch (error) {
    if (error instanceof GatehouseError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

abstract class Port {
  abstract answer(): string;
}

class Cart {}

describe('A subclass without a decorator', () => {
  it('is given what its parent asks for, and can use it', async () => {
    class TeamChecker extends AccessChecker {
      override async check(rule: AccessRule, visitor: Visitor) {
        return visitor.hasRole('staff') ? this.grant('staff may see all') : super.check(rule, visitor);
      }
    }
    const access = new AccessConfig({ check: () => true });
    const checker = floorPlan({ access }).override(AccessChecker, TeamChecker).boot().get(AccessChecker);
    expect(checker).toBeInstanceOf(TeamChecker);
    const rule = new AccessRule({ pattern: '/', role: 'admin' });
    expect(await checker.check(rule, member(['staff']))).toMatchObject({ reason: 'staff may see all' });
    expect(await checker.check(rule, guest())).toMatchObject({ reason: 'access.check allowed it' });
  });

  it('is what everybody else is given', async () => {
    class Refusing extends AccessChecker {
      override async check() {
        return this.deny('no');
      }
    }
    const services = floorPlan({ guard: new GuardConfig({ protect: [{ pattern: '/**' }] }) });
    const guard = services.override(AccessChecker, Refusing).boot().get(RouteGuard);
    expect((await guard.inspect(navigation('/x', { isNavigation: false }), member()))?.status).toBe(403);
  });

  it.each<[string, () => typeof AccessChecker]>([
    [
      'parameters',
      () =>
        class Own extends AccessChecker {
          constructor(readonly mailer: { send(): void }) {
            super(new AccessConfig());
          }
        } as never,
    ],
    [
      'only defaulted parameters',
      () =>
        class Own extends AccessChecker {
          constructor(readonly log = console) {
            super(new AccessConfig());
          }
        } as never,
    ],
    [
      'a rest parameter',
      () =>
        class Own extends AccessChecker {
          constructor(...parts: ConstructorParameters<typeof AccessChecker>) {
            super(...parts);
          }
        },
    ],
    [
      'defaulted parameters behind what looks like a comment',
      () =>
        class Own extends AccessChecker {
          readonly from = '/admin/*';
          constructor(readonly log = console) {
            super(new AccessConfig());
          }
          readonly to = '*/edit';
        } as never,
    ],
  ])('with a constructor of its own that has %s is refused with the cure', (_, make) => {
    const error = errorOf(() => floorPlan().override(AccessChecker, make()));
    expect(error).toBeInstanceOf(InvalidOverrideError);
    expect(error).toMatchObject({ replaced: 'AccessChecker', replacement: 'Own' });
    expect(error.message).toMatch(
      /Own cannot replace AccessChecker.*\(get\) => new Own\(get\(…\), …\).*@injectable\(\)/s,
    );
  });

  it('whose parent has such a constructor is refused as well', () => {
    class Mailing extends AccessChecker {
      constructor(readonly mailer: string) {
        super(new AccessConfig());
      }
    }
    class Own extends Mailing {}
    const error = errorOf(() => floorPlan().override(AccessChecker, Own));
    expect(error).toMatchObject({ code: 'INVALID_OVERRIDE', replacement: 'Own' });
    expect(error.message).toContain('the constructor it has from Mailing');
  });

  it('may have a constructor without parameters', async () => {
    class Own extends AccessChecker {
      constructor(/* nothing, (really) */) {
        super(new AccessConfig({ check: () => true }));
      }
    }
    const checker = floorPlan().override(AccessChecker, Own).boot().get(AccessChecker);
    expect((await checker.check(new AccessRule({ pattern: '/' }), guest())).isGranted).toBe(true);
  });

  it('may speak of constructors in comments, names and calls', () => {
    class Own extends AccessChecker {
      // The constructor (of the parent) does it all.
      readonly kind = 'constructor (x)';
      myconstructor(name: string) {
        return [this.constructor(), name];
      }
    }
    expect(floorPlan().override(AccessChecker, Own).boot().get(AccessChecker)).toBeInstanceOf(Own);
  });

  it('of what was given as an instance is refused: it would be made of nothing, without a single rule', () => {
    class MyConfig extends GuardConfig {}
    const error = errorOf(() => floorPlan().override(GuardConfig, MyConfig));
    expect(error).toMatchObject({ code: 'INVALID_OVERRIDE', replaced: 'GuardConfig', replacement: 'MyConfig' });
    expect(error.message).toContain('(get) => new MyConfig(');
  });
});

describe('A class of one’s own without a decorator', () => {
  it.each(['shared', 'perRequest'] as const)('that has parameters stops the start with the cure: %s', (lifetime) => {
    class Mailer {
      constructor(readonly address: string) {}
    }
    const error = errorOf(() => floorPlan()[lifetime](Mailer).boot());
    expect(error).toBeInstanceOf(ServiceConstructionError);
    expect(error.message).toContain(`services.${lifetime}(Mailer, (get) => new Mailer(get(…), …))`);
  });

  it('that has none is made', () => {
    expect(new Services().shared(Cart).boot().get(Cart)).toBeInstanceOf(Cart);
  });
});

describe('A decorated class', () => {
  @injectable()
  class TimedChecker extends AccessChecker {
    constructor(
      access: AccessConfig,
      readonly clock: Clock,
    ) {
      super(access);
    }
  }

  it('is given what its own constructor asks for', () => {
    const services = floorPlan().override(AccessChecker, TimedChecker).boot();
    const checker = services.get(AccessChecker);
    expect(checker).toBeInstanceOf(TimedChecker);
    expect((checker as TimedChecker).clock).toBe(services.get(Clock));
  });

  it('passes that on to a subclass without a decorator', () => {
    class Later extends TimedChecker {}
    const checker = floorPlan().override(AccessChecker, Later).boot().get(AccessChecker);
    expect((checker as Later).clock).toBeInstanceOf(Clock);
  });

  it('that asks for an interface is refused with the cure', () => {
    interface Mailer {
      send(): void;
    }
    @injectable()
    class Own extends AccessChecker {
      constructor(readonly mailer: Mailer) {
        super(new AccessConfig());
      }
    }
    const error = errorOf(() => floorPlan().override(AccessChecker, Own).boot());
    expect(error).toMatchObject({ code: 'INVALID_OVERRIDE', replacement: 'Own' });
    expect(error.message).toMatch(/parameter 1 leaves no trace at run time.*give a function/s);
  });

  it('that asks for a plain value is refused with the cure', () => {
    @injectable()
    class Retrying {
      constructor(
        readonly clock: Clock,
        readonly times = 3,
      ) {}
    }
    const error = errorOf(() => floorPlan().shared(Retrying).boot());
    expect(error.message).toMatch(/Retrying.*parameter 2 leaves no trace.*give a function/s);
  });
});

describe('A class that does not extend what it replaces', () => {
  it('is refused with the cure', () => {
    class Stranger {}
    const error = errorOf(() => floorPlan().override(AccessChecker, Stranger as never));
    expect(error).toBeInstanceOf(InvalidOverrideError);
    expect(error.message).toContain('Stranger cannot replace AccessChecker');
    expect(error.message).toContain('Write class Stranger extends AccessChecker');
  });

  it('is refused when it is registered with what it is to stand for', () => {
    class Stranger {}
    expect(() => new Services().shared(Port, Stranger as never).boot()).toThrow(InvalidOverrideError);
  });
});

describe('A shared service that needs something of a request', () => {
  @injectable()
  class Greedy {
    constructor(readonly cart: Cart) {}
  }

  @injectable()
  class Defaulting {
    constructor(readonly cart: Cart = new Cart()) {}
  }

  @injectable()
  class Nosy {
    constructor(readonly session: Session) {}
  }

  it.each<[string, () => Services, string, string]>([
    ['by its constructor', () => floorPlan().perRequest(Cart).shared(Greedy), 'Greedy', 'Cart'],
    ['by a defaulted parameter', () => floorPlan().perRequest(Cart).shared(Defaulting), 'Defaulting', 'Cart'],
    ['the session, by its constructor', () => floorPlan().shared(Nosy), 'Nosy', 'Session'],
    [
      'by a function',
      () =>
        floorPlan()
          .perRequest(Cart)
          .shared(Greedy, (get) => new Greedy(get(Cart))),
      'Greedy',
      'Cart',
    ],
    ['the session, by a function', () => floorPlan().shared(Nosy, (get) => new Nosy(get(Session))), 'Nosy', 'Session'],
    [
      'through a function that another service waits for',
      () =>
        floorPlan()
          .perRequest(Cart)
          .override(DecisionLog, (get) => Object.assign(new DecisionLog(), { cart: get(Cart) })),
      'DecisionLog',
      'Cart',
    ],
  ])('%s stops the start', (_, make, service, captive) => {
    const error = errorOf(() => make().boot());
    expect(error).toBeInstanceOf(CaptiveServiceError);
    expect(error).toMatchObject({ service, captive });
  });

  it('is refused later as well, when it kept the means to ask', () => {
    class Patient {
      constructor(readonly ask: () => Cart) {}
    }
    const services = floorPlan()
      .perRequest(Cart)
      .shared(Patient, (get) => new Patient(() => get(Cart)));
    const patient = services.boot().get(Patient);
    expect(() => patient.ask()).toThrow(CaptiveServiceError);
  });
});

describe('A missing service', () => {
  @injectable()
  class Asking {
    constructor(readonly port: Port) {}
  }

  it.each<[string, () => Services]>([
    ['a constructor', () => new Services().shared(Asking)],
    ['the constructor of a request’s service', () => new Services().perRequest(Asking)],
    ['a function', () => new Services().shared(Asking, (get) => new Asking(get(Port)))],
  ])('that %s asks for stops the start', (_, make) => {
    const error = errorOf(() => make().boot());
    expect(error).toBeInstanceOf(MissingServiceError);
    expect(error).toMatchObject({ service: 'Port', neededBy: 'Asking' });
  });

  it('is not made up when it is asked for by hand', () => {
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

describe('Services that are made later', () => {
  it('are each made when it is asked for, and what they need before them', () => {
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

  it('are inspected all the same', () => {
    class Asking {
      constructor(readonly cart: Cart) {}
    }
    Reflect.defineMetadata('design:paramtypes', [Cart], Asking);
    expect(() => floorPlan().perRequest(Cart).shared(Asking).boot('later')).toThrow(CaptiveServiceError);
  });
});

describe('A function that makes a service', () => {
  it('puts it in the place of a class, and is called once', () => {
    let calls = 0;
    const services = floorPlan().override(Clock, () => {
      calls += 1;
      return new Clock();
    });
    services.boot();
    expect(services.get(Clock)).toBe(services.get(Clock));
    expect(calls).toBe(1);
  });

  it('is handed what it asks for', () => {
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
    [Promise.resolve(new Clock()), 'Give one that waits in its methods'],
  ])('must make what it stands for, and not %p', (made, cure) => {
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

  it('may take the place of what was given as an instance', () => {
    const config = new GuardConfig({ loginPath: '/in' });
    expect(
      floorPlan()
        .override(GuardConfig, () => config)
        .boot()
        .get(GuardConfig),
    ).toBe(config);
  });
});

describe('A service that cannot be made', () => {
  class Exploding extends Clock {
    constructor() {
      super();
      throw new Error('no such host');
    }
  }

  it('stops the start, and is named though others need it', () => {
    const error = errorOf(() => floorPlan().override(Clock, Exploding).boot());
    expect(error).toBeInstanceOf(ServiceConstructionError);
    expect(error).toMatchObject({ service: 'Exploding', cause: expect.objectContaining({ message: 'no such host' }) });
    expect(error.message).toContain('no such host');
  });

  it('is named when it is made by a function that another one calls', () => {
    const services = floorPlan()
      .override(AccessChecker, (get) => Object.assign(new AccessChecker(get(AccessConfig)), { cart: get(Cart) }))
      .shared(Cart, () => {
        throw new Error('empty');
      });
    expect(errorOf(() => services.boot())).toMatchObject({ code: 'SERVICE_CONSTRUCTION', service: 'Cart' });
  });

  it('because two need each other stops the start', () => {
    class Hen {}
    class Egg {}
    const services = new Services()
      .shared(Hen, (get) => Object.assign(new Hen(), { egg: get(Egg) }))
      .shared(Egg, (get) => Object.assign(new Egg(), { hen: get(Hen) }));
    expect(errorOf(() => services.boot())).toMatchObject({ code: 'SERVICE_CONSTRUCTION' });
  });
});

describe('An override', () => {
  it('lives as long as what it replaces', () => {
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

  it('of an override replaces it', () => {
    class First extends Clock {}
    class Second extends Clock {}
    expect(floorPlan().override(Clock, First).override(Clock, Second).boot().get(Clock)).toBeInstanceOf(Second);
  });

  it.each([Session, FlashBag, Visitor, AccessRule, AccessDecision, RequestScope])(
    'of %p, which is made from a request’s data, cannot be a function',
    (token) => {
      const error = errorOf(() => floorPlan().override<unknown>(token, () => undefined));
      expect(error).toBeInstanceOf(InvalidOverrideError);
      expect(error.message).toContain(`Give a class that extends ${token.name}`);
    },
  );

  it('of a class that is made from a request’s data takes effect', async () => {
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
  it('makes every shared service once, from the root', () => {
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

  it('is waited for: before it, nothing is handed out that could still be replaced', () => {
    const early = () => floorPlan().get(SessionStore);
    expect(early).toThrow(ServiceConstructionError);
    expect(early).toThrow('Ask for it inside the function that you register');
  });

  it('keeps two servers apart', () => {
    const [one, other] = [floorPlan().boot(), floorPlan().boot()];
    expect(one.get(RouteGuard)).not.toBe(other.get(RouteGuard));
    expect(one.get(SessionStore)).not.toBe(other.get(SessionStore));
  });
});

describe('Services that need each other', () => {
  class Ring {
    constructor(readonly other: unknown) {}
  }
  class Bell {
    constructor(readonly other: unknown) {}
  }

  it('are refused by their names, made by functions', () => {
    const both = new Services().shared(Ring, (get) => new Ring(get(Bell))).shared(Bell, (get) => new Bell(get(Ring)));
    expect(errorOf(() => both.boot()).message).toContain(
      'Ring needs Bell needs Ring, so none of them can be made first',
    );
  });

  it('are refused by their names, where a subclass asks for what asks for its parent', () => {
    @injectable()
    class Owner {
      constructor(readonly bell: Bell) {}
    }
    @injectable()
    class OwnedBell extends Bell {
      constructor(owner: Owner) {
        super(owner);
      }
    }
    const both = new Services().perRequest(Bell, OwnedBell).perRequest(Owner);
    expect(errorOf(() => both.boot()).message).toContain('Bell needs Owner needs Bell');
    const mixed = new Services().shared(Owner).shared(Bell, (get) => new Bell(get(Owner)));
    expect(errorOf(() => mixed.boot()).message).toMatch(/Owner needs Bell needs Owner|Bell needs Owner needs Bell/);
  });

  it('may ask for each other when they are used', () => {
    const both = new Services()
      .shared(Ring, (get) => new Ring(() => get(Bell)))
      .shared(Bell, (get) => new Bell(get(Ring)));
    const { other } = both.boot().get(Bell);
    expect((other as { other(): unknown }).other()).toBe(both.get(Bell));
  });

  it('are named with what stands in the way, where one is not there when the other is loaded', () => {
    @injectable()
    class Early {
      // As the type of a class further down comes out.
      constructor(readonly late: object) {}
    }
    const error = errorOf(() => new Services().shared(Early).boot());
    expect(error.code).toBe('SERVICE_CONSTRUCTION');
    expect(error.message).toMatch(
      /^\[astro-gatehouse\] Early could not be made at start: the type of its constructor's parameter 1/,
    );
    expect(error.message).toContain('put one that stands further down in the file above Early');
    expect(error.message).toContain('services.shared(Early, (get) => new Early(get(…)))');
  });
});

describe('Services that have something to end', () => {
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

  it('are ended when they are shared: those that others need last, and no value that was given', async () => {
    ended.length = 0;
    const services = plan();
    expect(services.mayEnd).toBe(true);
    await services.dispose();
    await services.dispose();
    expect(ended).toEqual(['mailer', 'pool']);
    expect(floorPlan().boot().mayEnd).toBe(false);
  });

  it('are ended with their request: those that others need last, and only what was made', async () => {
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

  it('are not ended by others to whom they are handed on', async () => {
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
    await services.dispose();
    expect(ended).toEqual(['harbour']);
  });

  it('are named to those who send answers, where a class says so or a function makes them', () => {
    class Quiet {}
    const services = plan();
    expect(services.endedByRequests).toEqual([Repository, Unit]);
    expect(floorPlan().perRequest(Quiet).boot().endedByRequests).toEqual([]);
    expect(
      floorPlan()
        .perRequest(Quiet, () => new Quiet())
        .boot().endedByRequests,
    ).toEqual([Quiet]);
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
    ['of an instance', 'HeldGuard', 'RouteGuard', (services) => services.override(RouteGuard, HeldGuard)],
    ['in what a function makes', 'LateGuard', 'RouteGuard', (services) => services.override(RouteGuard, make)],
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
  ])('is not overridden alone: %s', (_, name, replaced, register) => {
    const error = errorOf(() => register(floorPlan()).boot());
    expect(error).toBeInstanceOf(InvalidOverrideError);
    expect(error.message).toContain(sentence(name, replaced));
  });

  it('may be overridden with the one that is called', () => {
    class Both extends LateGuard {
      override judge(...asked: Parameters<RouteGuard['judge']>) {
        return super.judge(...asked);
      }
    }
    expect(() => floorPlan().override(RouteGuard, Both).boot()).not.toThrow();
  });
});
