import type { Clock } from '../../base/clock.js';
import { forget } from '../../base/promised.js';
import { ExclusiveTimeoutError } from '../../errors/index.js';
import { isSame } from '../record/fitted-values.js';
import type { SessionRecord } from '../record/session-record.js';
import { inLimit } from './timed-run.js';

/** Milliseconds for which an outcome can be shared after its request, or its timeout: no request under way is older. */
const KEPT = 60_000;
/** Milliseconds between two searches for runs to forget. */
const SWEEP_EVERY = 1000;

/** A run that a request began, and which concurrent requests share. */
interface SharedRun {
  readonly outcome: Promise<unknown>;
  /** The session as the request that runs it opened it. */
  readonly before: SessionRecord | undefined;
  /** When it is forgotten in any case. Milliseconds since the epoch. */
  until: number;
  /** The moment at which its request was over: requests that arrived later run it again. */
  endedAt?: number;
  /** True when its request changed the session: a request that has the session as it was before is an earlier one. */
  hasChanged?: boolean;
}

/** One request, for those that it shares outcomes with. */
export interface RunningRequest {
  /** Identifies the session. */
  readonly id: string;
  readonly opened: SessionRecord | undefined;
  /** When it arrived, as {@link ExclusiveRuns.moment} counts. */
  readonly arrivedAt: number;
}

/** The functions that requests of this process run for all concurrent requests of their session. */
export class ExclusiveRuns {
  readonly #runs = new Map<string, SharedRun>();
  #moment = 0;
  #sweptAt = 0;

  constructor(private readonly clock: Clock) {}

  /** The number of runs whose outcomes are in memory. */
  get size(): number {
    return this.#runs.size;
  }

  /** Counts moments, so that two of them can be compared. */
  moment(): number {
    this.#moment += 1;
    return this.#moment;
  }

  /**
   * Starts a run, unless a concurrent request of the session has.
   *
   * @param limit How long to wait for one that another request has started, in milliseconds.
   * @param start Starts the run.
   * @param begun Called with what ends the run, if this request starts it.
   * @throws {ExclusiveTimeoutError} When the run of another request has no outcome in time.
   */
  async join<Outcome>(
    request: RunningRequest,
    key: string,
    limit: number,
    start: () => Promise<Outcome>,
    begun: (end: (after: SessionRecord | undefined) => void) => void,
  ): Promise<Outcome> {
    const place = `${request.id} ${key}`;
    const known = this.#shared(place, request);
    if (known) return inLimit(known.outcome as Promise<Outcome>, key, limit);
    const outcome = start();
    forget(outcome);
    const { opened: before } = request;
    const started: SharedRun = { outcome, before, until: this.clock.now() + limit + KEPT };
    this.#runs.delete(place);
    this.#runs.set(place, started);
    begun((after) => {
      started.endedAt = this.moment();
      started.until = Math.min(started.until, this.clock.now() + KEPT);
      started.hasChanged = after !== before && !isSameSession(before, after);
    });
    try {
      return await outcome;
    } catch (error) {
      // What is still running after its time keeps nobody else from trying.
      if (error instanceof ExclusiveTimeoutError && this.#runs.get(place) === started) this.#runs.delete(place);
      throw error;
    }
  }

  /** Returns the run that a request shares. */
  #shared(place: string, { arrivedAt, opened }: RunningRequest): SharedRun | undefined {
    const now = this.clock.now();
    this.#sweepIfDue(now);
    const run = this.#runs.get(place);
    if (!run || run.until <= now) return undefined;
    const isConcurrent = run.endedAt === undefined || arrivedAt < run.endedAt;
    const isEarlier = run.hasChanged === true && isSameSession(run.before, opened);
    return isConcurrent || isEarlier ? run : undefined;
  }

  /** Forgets what is over. Runs with a long timeout are somewhere between the others, so all are looked at. */
  #sweepIfDue(now: number): void {
    if (now < this.#sweptAt + SWEEP_EVERY) return;
    this.#sweptAt = now;
    for (const [place, { until }] of this.#runs) if (until <= now) this.#runs.delete(place);
  }
}

function isSameSession(one: SessionRecord | undefined, other: SessionRecord | undefined): boolean {
  if (!one || !other) return false;
  if (one === other) return true;
  return one.renewedAt === other.renewedAt && isSame([...one.values], [...other.values]);
}
