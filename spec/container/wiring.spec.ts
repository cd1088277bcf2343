import { describe, expect, it } from '@jest/globals';
import { AccessChecker } from '../../lib/access/access-checker.js';
import { AccessConfig } from '../../lib/access/access-options.js';
import { AccessRule } from '../../lib/access/access-rule.js';
import { DecisionLog } from '../../lib/access/guard/decision-log.js';
import { GuardConfig } from '../../lib/access/guard/guard-config.js';
import { RouteGuard } from '../../lib/access/guard/route-guard.js';
import { Visitor } from '../../lib/access/visitor.js';
import { Clock } from '../../lib/base/clock.js';
import { Services } from '../../lib/container/services.js';
import { CaptiveServiceError, InvalidOverrideError, ServiceConstructionError } from '../../lib/errors/index.js';
import { injectable } from '../../lib/injectable.js';
import { Session } from '../../lib/session/session.js';
import { errorOf } from '../support/errors.js';
import { navigation } from '../support/guarded-request.js';
import { floorPlan } from '../support/services.js';
import { guest, member } from '../support/visitors.js';

abstract class Port {
  abstract answer(): string;
}

class Cart {}

describe('A subclass without a decorator', () => {
  it('receives the dependencies of its parent, and can use them', async () => {
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

  it('is injected into all other services', async () => {
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
      'defaulted parameters after what looks like a comment',
      () =>
        class Own extends AccessChecker {
          readonly from = '/admin/*';
          constructor(readonly log = console) {
            super(new AccessConfig());
          }
          readonly to = '*/edit';
        } as never,
    ],
  ])('is rejected with the cure when its own constructor has %s', (_, make) => {
    const error = errorOf(() => floorPlan().override(AccessChecker, make()));
    expect(error).toBeInstanceOf(InvalidOverrideError);
    expect(error).toMatchObject({ replaced: 'AccessChecker', replacement: 'Own' });
    expect(error.message).toMatch(
      /Own cannot replace AccessChecker.*\(get\) => new Own\(get\(…\), …\).*@injectable\(\)/s,
    );
  });

  it('is rejected as well when its parent has such a constructor', () => {
    class Mailing extends AccessChecker {
      constructor(readonly mailer: string) {
        super(new AccessConfig());
      }
    }
    class Own extends Mailing {}
    const error = errorOf(() => floorPlan().override(AccessChecker, Own));
    expect(error).toMatchObject({ code: 'INVALID_OVERRIDE', replacement: 'Own' });
    expect(error.message).toContain('the constructor it inherits from Mailing');
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

  it('may contain the word constructor in comments, names and calls', () => {
    class Own extends AccessChecker {
      // The constructor (of the parent) does it all.
      readonly kind = 'constructor (x)';
      myconstructor(name: string) {
        return [this.constructor(), name];
      }
    }
    expect(floorPlan().override(AccessChecker, Own).boot().get(AccessChecker)).toBeInstanceOf(Own);
  });

  it('is rejected in place of a registered value, whose data it would lack', () => {
    class MyConfig extends GuardConfig {}
    const error = errorOf(() => floorPlan().override(GuardConfig, MyConfig));
    expect(error).toMatchObject({ code: 'INVALID_OVERRIDE', replaced: 'GuardConfig', replacement: 'MyConfig' });
    expect(error.message).toContain('(get) => new MyConfig(');
  });
});

describe('A custom class without a decorator', () => {
  it.each(['shared', 'perRequest'] as const)(
    'prevents the start with the cure when it has parameters: %s',
    (lifetime) => {
      class Mailer {
        constructor(readonly address: string) {}
      }
      const error = errorOf(() => floorPlan()[lifetime](Mailer).boot());
      expect(error).toBeInstanceOf(ServiceConstructionError);
      expect(error.message).toContain(`services.${lifetime}(Mailer, (get) => new Mailer(get(…), …))`);
    },
  );

  it('is created when it has no parameters', () => {
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

  it('receives the dependencies of its own constructor', () => {
    const services = floorPlan().override(AccessChecker, TimedChecker).boot();
    const checker = services.get(AccessChecker);
    expect(checker).toBeInstanceOf(TimedChecker);
    expect((checker as TimedChecker).clock).toBe(services.get(Clock));
  });

  it('passes its dependencies on to a subclass without a decorator', () => {
    class Later extends TimedChecker {}
    const checker = floorPlan().override(AccessChecker, Later).boot().get(AccessChecker);
    expect((checker as Later).clock).toBeInstanceOf(Clock);
  });

  it('is rejected with the cure when it depends on an interface', () => {
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
    expect(error.message).toMatch(/parameter 1 is not known at run time.*pass a function/s);
  });

  it('is rejected with the cure when it depends on a plain value', () => {
    @injectable()
    class Retrying {
      constructor(
        readonly clock: Clock,
        readonly times = 3,
      ) {}
    }
    const error = errorOf(() => floorPlan().shared(Retrying).boot());
    expect(error.message).toMatch(/Retrying.*parameter 2 is not known at run time.*pass a function/s);
  });
});

describe('A class that does not extend what it replaces', () => {
  it('is rejected with the cure', () => {
    class Stranger {}
    const error = errorOf(() => floorPlan().override(AccessChecker, Stranger as never));
    expect(error).toBeInstanceOf(InvalidOverrideError);
    expect(error.message).toContain('Stranger cannot replace AccessChecker');
    expect(error.message).toContain('Write class Stranger extends AccessChecker');
  });

  it('is rejected in a registration as well', () => {
    class Stranger {}
    expect(() => new Services().shared(Port, Stranger as never).boot()).toThrow(InvalidOverrideError);
  });
});

describe('A shared service that depends on a request', () => {
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
    ['on the session, by its constructor', () => floorPlan().shared(Nosy), 'Nosy', 'Session'],
    [
      'by a factory',
      () =>
        floorPlan()
          .perRequest(Cart)
          .shared(Greedy, (get) => new Greedy(get(Cart))),
      'Greedy',
      'Cart',
    ],
    [
      'on the session, by a factory',
      () => floorPlan().shared(Nosy, (get) => new Nosy(get(Session))),
      'Nosy',
      'Session',
    ],
    [
      'by a factory of a service that others need',
      () =>
        floorPlan()
          .perRequest(Cart)
          .override(DecisionLog, (get) => Object.assign(new DecisionLog(), { cart: get(Cart) })),
      'DecisionLog',
      'Cart',
    ],
  ])('prevents the start: %s', (_, make, service, captive) => {
    const error = errorOf(() => make().boot());
    expect(error).toBeInstanceOf(CaptiveServiceError);
    expect(error).toMatchObject({ service, captive });
  });

  it('is rejected later as well, when it kept a function that requests the service', () => {
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

describe('A service that cannot be created', () => {
  class Exploding extends Clock {
    constructor() {
      super();
      throw new Error('no such host');
    }
  }

  it('prevents the start and is named, although other services need it', () => {
    const error = errorOf(() => floorPlan().override(Clock, Exploding).boot());
    expect(error).toBeInstanceOf(ServiceConstructionError);
    expect(error).toMatchObject({ service: 'Exploding', cause: expect.objectContaining({ message: 'no such host' }) });
    expect(error.message).toContain('no such host');
  });

  it('is named when the factory of another service requests it', () => {
    const services = floorPlan()
      .override(AccessChecker, (get) => Object.assign(new AccessChecker(get(AccessConfig)), { cart: get(Cart) }))
      .shared(Cart, () => {
        throw new Error('empty');
      });
    expect(errorOf(() => services.boot())).toMatchObject({ code: 'SERVICE_CONSTRUCTION', service: 'Cart' });
  });

  it('prevents the start when two factories need each other', () => {
    class Hen {}
    class Egg {}
    const services = new Services()
      .shared(Hen, (get) => Object.assign(new Hen(), { egg: get(Egg) }))
      .shared(Egg, (get) => Object.assign(new Egg(), { hen: get(Hen) }));
    expect(errorOf(() => services.boot())).toMatchObject({ code: 'SERVICE_CONSTRUCTION' });
  });
});

describe('Services with circular dependencies', () => {
  class Ring {
    constructor(readonly other: unknown) {}
  }
  class Bell {
    constructor(readonly other: unknown) {}
  }

  it('are rejected by name when factories create them', () => {
    const both = new Services().shared(Ring, (get) => new Ring(get(Bell))).shared(Bell, (get) => new Bell(get(Ring)));
    expect(errorOf(() => both.boot()).message).toContain(
      'Ring needs Bell needs Ring, so none of them can be created first',
    );
  });

  it('are rejected by name when a subclass depends on a service that depends on its parent', () => {
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

  it('may request each other on later use', () => {
    const both = new Services()
      .shared(Ring, (get) => new Ring(() => get(Bell)))
      .shared(Bell, (get) => new Bell(get(Ring)));
    const { other } = both.boot().get(Bell);
    expect((other as { other(): unknown }).other()).toBe(both.get(Bell));
  });

  it('are reported with the cure where a class is declared further down in the file', () => {
    @injectable()
    class Early {
      // The type of a class that is declared further down is emitted as Object.
      constructor(readonly late: object) {}
    }
    const error = errorOf(() => new Services().shared(Early).boot());
    expect(error.code).toBe('SERVICE_CONSTRUCTION');
    expect(error.message).toMatch(
      /^\[astro-gatehouse\] Early could not be created at start: the type of its constructor's parameter 1/,
    );
    expect(error.message).toContain('move a class that is further down in the file above Early');
    expect(error.message).toContain('services.shared(Early, (get) => new Early(get(…)))');
  });
});
