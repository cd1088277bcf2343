import type { Clock } from '../../base/clock.js';
import { frozenCopy, thawed } from '../../base/frozen-value.js';
import { forget } from '../../base/promised.js';
import { ExclusiveTimeoutError, InvalidCallError } from '../../errors/index.js';
import { isSame } from '../record/fitted-values.js';
import { assertStorable, type SessionRecord } from '../record/session-record.js';
import type { ExclusiveOptions } from './session-steps.js';

/** Seconds. */
const TIMEOUT = 10;
/** Milliseconds for which an outcome can be shared at most, beyond its timeout: no request under way is older. */
const KEPT = 60_000;
/** Maximum delay of a timer in milliseconds. */
const LONGEST = 2 ** 31 - 1;

type Run<Value> = (signal: AbortSignal) => Value;

/** A run that a request began, and which concurrent requests share. */
interface SharedRun {
  readonly outcome: Promise<unknown>;
  /** The session as the request that runs it opened it. */
  readonly before: SessionRecord | undefined;
  /** When it is forgotten in any case. Milliseconds since the epoch. */
  readonly until: number;
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

  constructor(private readonly clock: Clock) {}

  /** Counts moments, so that two of them can be compared. */
  moment(): number {
    this.#moment += 1;
    return this.#moment;
  }

  /**
   * Runs a function, unless a concurrent request of the session does.
   *
   * @param begun Called with what ends the run, if this request runs it.
   */
  async join<Value>(
    request: RunningRequest,
    key: string,
    run: Run<Value>,
    begun: (end: (after: SessionRecord | undefined) => void) => void,
    { timeout = TIMEOUT }: ExclusiveOptions = {},
  ): Promise<Awaited<Value>> {
    const limit = limitOf(timeout);
    const place = `${request.id} ${key}`;
    const known = this.#shared(place, request);
    if (known) return thawed(await inLimit(known.outcome, key, limit)) as Awaited<Value>;
    const outcome = limited(key, run, limit);
    const { opened: before } = request;
    const started: SharedRun = { outcome, before, until: this.clock.now() + limit + KEPT };
    this.#runs.delete(place);
    this.#runs.set(place, started);
    begun((after) => {
      started.endedAt = this.moment();
      started.hasChanged = after !== before;
    });
    try {
      return thawed(await outcome) as Awaited<Value>;
    } catch (error) {
      // What is still running after its time keeps nobody else from trying.
      if (error instanceof ExclusiveTimeoutError && this.#runs.get(place) === started) this.#runs.delete(place);
      throw error;
    }
  }

  /** Returns the run that a request shares. */
  #shared(place: string, { arrivedAt, opened }: RunningRequest): SharedRun | undefined {
    const now = this.clock.now();
    // A Map keeps the order of insertion, which is about the order in which runs are forgotten.
    for (const [old, { until }] of this.#runs) {
      if (until > now) break;
      this.#runs.delete(old);
    }
    const run = this.#runs.get(place);
    if (!run || run.until <= now) return undefined;
    const isConcurrent = run.endedAt === undefined || arrivedAt < run.endedAt;
    const isEarlier = run.hasChanged === true && isSameSession(run.before, opened);
    return isConcurrent || isEarlier ? run : undefined;
  }
}

/** Runs a function for a session that no other request can have. @throws As {@link ExclusiveRuns.join} does. */
export async function onItsOwn<Value>(
  key: string,
  run: Run<Value>,
  { timeout = TIMEOUT }: ExclusiveOptions = {},
): Promise<Awaited<Value>> {
  return thawed(await limited(key, run, limitOf(timeout))) as Awaited<Value>;
}

/** Runs a function with a signal that is aborted when its time is over. @returns A frozen copy of its value. */
function limited(key: string, run: Run<unknown>, limit: number): Promise<unknown> {
  const controller = new AbortController();
  const ran = (async () => {
    const value = await run(controller.signal);
    assertStorable({ [key]: value });
    return frozenCopy(value);
  })();
  const outcome = inLimit(ran, key, limit, () => controller.abort());
  forget(outcome);
  return outcome;
}

/** @param limit Milliseconds. @throws {ExclusiveTimeoutError} */
async function inLimit(outcome: Promise<unknown>, key: string, limit: number, onLate?: () => void): Promise<unknown> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      onLate?.();
      reject(new ExclusiveTimeoutError(key, limit / 1000));
    }, limit);
  });
  try {
    return await Promise.race([outcome, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** @returns Milliseconds. @throws {InvalidCallError} */
function limitOf(timeout: number): number {
  if (timeout > 0) return Math.min(timeout * 1000, LONGEST);
  throw new InvalidCallError('session.exclusive(key, run, { timeout: 10 })', 'got a timeout that is not above 0');
}

function isSameSession(one: SessionRecord | undefined, other: SessionRecord | undefined): boolean {
  if (!one || !other) return false;
  if (one === other) return true;
  return one.renewedAt === other.renewedAt && isSame([...one.values], [...other.values]);
}
