import {
  AccessChecker,
  type AccessRule,
  Clock,
  defineGatehouse,
  inject,
  injectable,
  MemorySessionStore,
  Session,
  SessionConfig,
  SessionStore,
  type Visitor,
} from 'astro-gatehouse/server';

/** No decorator, no constructor. */
class TeamChecker extends AccessChecker {
  override async check(rule: AccessRule, visitor: Visitor) {
    return visitor.hasRole('staff') ? this.grant('staff may see all') : super.check(rule, visitor);
  }
}

/** Decorated, with dependencies that its parameter types name. */
@injectable()
export class Greeter {
  constructor(private readonly clock: Clock) {}

  greet() {
    return this.clock.now() > 0 ? 'good day' : 'what time is it?';
  }
}

/** Decorated, one for each request, with a token named by hand. */
@injectable()
export class Cart {
  static made = 0;
  readonly number = ++Cart.made;

  constructor(
    private readonly session: Session,
    @inject(Greeter) private readonly greeter: Greeter,
  ) {}

  describe() {
    return `${this.greeter.greet()}, ${this.session.get('name') ?? 'stranger'}`;
  }
}

/** Overridden, with something more than what it replaces. */
class NamedSession extends Session {
  get shout() {
    return String(this.get('name') ?? 'stranger').toUpperCase();
  }
}

export default defineGatehouse({
  services: (services) =>
    services
      .override(AccessChecker, TeamChecker)
      .override(Session, NamedSession)
      .override(SessionStore, (get) => new MemorySessionStore(get(SessionConfig), get(Clock)))
      .shared(Greeter)
      .perRequest(Cart),
});
