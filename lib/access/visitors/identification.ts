import { andThen, isPromise, orElse, type Promised } from '../../base/promised.js';
import { inTime } from '../../base/waiting.js';
import { StoreUnavailableError } from '../../errors/index.js';
import type { SecurityEvents } from '../../session/security-events.js';
import type { DecisionLog } from '../guard/decision-log.js';
import type { AccessRequest } from '../guard/guarded-request.js';
import type { VisitorResolver } from '../visitor-resolver.js';
import { ForeignVisitor } from './foreign-visitor.js';

/** Calls `identify` of the resolver, once for each request. */
export class Identification {
  /** The answers, because an error page may have another context than the request that it answers. */
  readonly #answers = new WeakMap<object, Promised<ForeignVisitor | undefined>>();

  /** @param timeout Milliseconds after which an answer is no longer waited for. */
  constructor(
    private readonly resolver: VisitorResolver,
    private readonly log: Pick<DecisionLog, 'failure'>,
    private readonly events: SecurityEvents,
    private readonly timeout: number,
  ) {}

  /**
   * Returns the visitor whom `identify` names; `undefined` when it leaves that to the session. It never rejects: when
   * `identify` fails, nobody knows who the visitor is, so that guarded pages are unavailable.
   *
   * @param original The request as it arrived, or another object that stands for it.
   * @param request The same request, as `identify` sees it.
   */
  visitorOf(original: object, request: AccessRequest): Promised<ForeignVisitor | undefined> {
    if (this.#answers.has(original)) return this.#answers.get(original);
    const answer = orElse<ForeignVisitor | undefined>(
      () => andThen(this.#ask(request), (known) => this.#named(known)),
      (error) => this.#failed(error),
    );
    this.#answers.set(original, answer);
    return answer;
  }

  #ask(request: AccessRequest): Promised<unknown> {
    const answer: unknown = this.resolver.identify(request);
    return isPromise(answer) ? inTime(Promise.resolve(answer), this.timeout, 'It') : answer;
  }

  #named(known: unknown): ForeignVisitor | undefined {
    return known === undefined ? undefined : ForeignVisitor.identified(known, this.resolver);
  }

  #failed(error: unknown): ForeignVisitor {
    const failure = new StoreUnavailableError('identify', error);
    this.log.failure('identify failed, so nobody knows who sent the request.', failure);
    this.events.emit('store.failed', () => ({ operation: 'identify' }));
    return new ForeignVisitor(null, 'identify', this.resolver, failure);
  }
}
