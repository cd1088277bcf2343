import type { Clock } from '../../base/clock.js';
import { type FlashLease, isFreeFor, LEASE } from '../record/flash-lease.js';
import { allMessages } from '../record/flash-lists.js';
import { SessionId } from '../record/session-id.js';
import type { Flash } from '../record/session-record.js';

interface Claim {
  readonly by: FlashClaims;
  readonly until: number;
  readonly isDelivered: boolean;
}

/** Records which request of this process delivers which message. The first to read a message gets it, and no other. */
export class FlashLedger {
  /** The process's name. Created at the first request, because workerd generates no random values at start. */
  #name: string | undefined;
  readonly #claims = new Map<string, Claim>();
  readonly #holders = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** Returns the claims of a new request. */
  open(): FlashClaims {
    this.#name ??= SessionId.generate().slice(0, 11);
    return new FlashClaims(this, this.#name, this.clock.now());
  }

  /** Claims a message for a request until a time in milliseconds. @returns Whether it was free. */
  claim(id: string, by: FlashClaims, until: number, isDelivered = false): boolean {
    if (!this.isFree(id, by)) return false;
    // A Map keeps the order of insertion, which is about the order in which claims end.
    const now = this.clock.now();
    for (const [old, claim] of this.#claims) {
      if (claim.until > now) break;
      this.#claims.delete(old);
    }
    this.#claims.delete(id);
    this.#claims.set(id, { by, until, isDelivered });
    return true;
  }

  isFree(id: string, by: FlashClaims): boolean {
    const claim = this.#claims.get(id);
    return !claim || claim.by === by || claim.until <= this.clock.now();
  }

  /** Checks whether another request has delivered a message a short while ago. */
  wasDelivered(id: string, to: FlashClaims): boolean {
    const claim = this.#claims.get(id);
    return claim?.isDelivered === true && !this.isFree(id, to);
  }

  /**
   * Reserves the messages that a request delivered for a while, because other requests may have older copies of the
   * session.
   */
  keep(ids: Iterable<string>, by: FlashClaims): void {
    for (const id of ids) this.claim(id, by, this.clock.now() + LEASE, true);
  }

  /** Gives messages back. */
  free(ids: Iterable<string>, by: FlashClaims): void {
    for (const id of ids) if (this.#claims.get(id)?.by === by) this.#claims.delete(id);
  }

  /** Counts the requests of this process for which a message is leased. */
  hold(id: string, change: 1 | -1): void {
    const count = this.holdersOf(id) + change;
    if (count > 0) this.#holders.set(id, count);
    else this.#holders.delete(id);
  }

  holdersOf(id: string): number {
    return this.#holders.get(id) ?? 0;
  }
}

/** The messages that one request has claimed, and those leased to its process for it. */
export class FlashClaims implements FlashLease {
  readonly until: number;
  readonly #claimed = new Set<string>();
  readonly #delivered = new Set<string>();
  #leased: readonly string[] = [];

  /** Called by {@link FlashLedger.open}. @param by Identifies the process. @param now When the request was opened. */
  constructor(
    private readonly ledger: FlashLedger,
    readonly by: string,
    readonly now: number,
  ) {
    this.until = now + LEASE;
  }

  /** Records which messages the store has leased. @returns All messages. */
  begin(flashes: ReadonlyMap<string, Flash>): ReadonlyMap<string, Flash> {
    this.end();
    this.#leased = allMessages(flashes).flatMap(([, { id, lease }]) => (lease?.by === this.by ? [id] : []));
    for (const id of this.#leased) this.ledger.hold(id, 1);
    return flashes;
  }

  /** Checks whether this request may read a message. */
  isFree(message: Flash): boolean {
    return isFreeFor(this, message) && this.ledger.isFree(message.id, this);
  }

  /** Returns the ids of messages that another request has delivered: this request's copy of the session is outdated. */
  deliveredOf(flashes: ReadonlyMap<string, Flash>): readonly string[] {
    return allMessages(flashes).flatMap(([, { id }]) => (this.wasDelivered(id) ? [id] : []));
  }

  wasDelivered(id: string): boolean {
    return this.ledger.wasDelivered(id, this);
  }

  /** Claims a message. @returns `false` when another request has it. */
  claim(message: Flash): boolean {
    if (!isFreeFor(this, message) || !this.ledger.claim(message.id, this, this.until)) return false;
    this.#claimed.add(message.id);
    return true;
  }

  /** Gives back messages that were claimed and not delivered. */
  release(): void {
    this.ledger.free(this.#claimed, this);
    this.#claimed.clear();
  }

  /** Records that the claimed messages are delivered. */
  deliver(): void {
    this.ledger.keep(this.#claimed, this);
    for (const id of this.#claimed) this.#delivered.add(id);
    this.#claimed.clear();
  }

  /** Gives back delivered messages as well, because the response reaches nobody. */
  takeBack(): void {
    this.release();
    this.ledger.free(this.#delivered, this);
    this.#delivered.clear();
  }

  /** True when messages are leased for this request. */
  get isLeased(): boolean {
    return this.#leased.length > 0;
  }

  /**
   * The lease that this request gives back; `undefined` when other requests of this process still use it, or there is
   * none.
   */
  get leasedBy(): string | undefined {
    const isLast = this.isLeased && this.#leased.every((id) => this.ledger.holdersOf(id) === 1);
    return isLast ? this.by : undefined;
  }

  /** Stops using the lease: other requests still use it, or it was given back. */
  end(): void {
    for (const id of this.#leased) this.ledger.hold(id, -1);
    this.#leased = [];
  }
}
