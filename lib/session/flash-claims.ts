import type { Clock } from './clock.js';
import { type FlashLease, isFreeFor, LEASE } from './flash-lease.js';
import { allMessages } from './flash-lists.js';
import { SessionId } from './session-id.js';
import type { Flash } from './session-record.js';

interface Claim {
  readonly by: FlashClaims;
  readonly until: number;
  readonly isDelivered: boolean;
}

/** Which request of this process delivers which message. Whoever reads one first has it, and nobody else. */
export class FlashLedger {
  /** Of this process. Made with the first request, because workerd makes nothing random while it starts. */
  #name: string | undefined;
  readonly #claims = new Map<string, Claim>();
  readonly #holders = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** What a new request reads messages by. */
  open(): FlashClaims {
    this.#name ??= SessionId.generate().slice(0, 11);
    return new FlashClaims(this, this.#name, this.clock.now());
  }

  /** Notes that a request has a message, until a time in milliseconds. @returns Whether it may. @internal */
  claim(id: string, by: FlashClaims, until: number, isDelivered = false): boolean {
    if (!this.isFree(id, by)) return false;
    // The order of a Map is that in which they were put there, and so about that in which they end.
    const now = this.clock.now();
    for (const [old, claim] of this.#claims) {
      if (claim.until > now) break;
      this.#claims.delete(old);
    }
    this.#claims.delete(id);
    this.#claims.set(id, { by, until, isDelivered });
    return true;
  }

  /** @internal */
  isFree(id: string, by: FlashClaims): boolean {
    const claim = this.#claims.get(id);
    return !claim || claim.by === by || claim.until <= this.clock.now();
  }

  /** Tells whether another request has delivered a message a short while ago. @internal */
  wasDelivered(id: string, to: FlashClaims): boolean {
    const claim = this.#claims.get(id);
    return claim?.isDelivered === true && !this.isFree(id, to);
  }

  /** Has a request's messages be kept from others for a while: their copies of the session may be older. @internal */
  keep(ids: Iterable<string>, by: FlashClaims): void {
    for (const id of ids) this.claim(id, by, this.clock.now() + LEASE, true);
  }

  /** Gives messages back. @internal */
  free(ids: Iterable<string>, by: FlashClaims): void {
    for (const id of ids) if (this.#claims.get(id)?.by === by) this.#claims.delete(id);
  }

  /** Notes for how many requests of this process a message is leased. @internal */
  hold(id: string, change: 1 | -1): void {
    const count = this.holdersOf(id) + change;
    if (count > 0) this.#holders.set(id, count);
    else this.#holders.delete(id);
  }

  /** @internal */
  holdersOf(id: string): number {
    return this.#holders.get(id) ?? 0;
  }
}

/** The messages that one request has read, and those that are leased to its process meanwhile. */
export class FlashClaims implements FlashLease {
  readonly until: number;
  readonly #claimed = new Set<string>();
  readonly #delivered = new Set<string>();
  #leased: readonly string[] = [];

  /** Called by {@link FlashLedger.open}. @param by Names the process. @param now When the request was opened. */
  constructor(
    private readonly ledger: FlashLedger,
    readonly by: string,
    readonly now: number,
  ) {
    this.until = now + LEASE;
  }

  /** Notes which messages the store has leased. @returns All of them. */
  begin(flashes: ReadonlyMap<string, Flash>): ReadonlyMap<string, Flash> {
    this.end();
    this.#leased = allMessages(flashes).flatMap(([, { id, lease }]) => (lease?.by === this.by ? [id] : []));
    for (const id of this.#leased) this.ledger.hold(id, 1);
    return flashes;
  }

  /** Whether a message is there for this request. */
  isFree(message: Flash): boolean {
    return isFreeFor(this, message) && this.ledger.isFree(message.id, this);
  }

  /** Lists those messages that another request has delivered, so that the copies of them in this one's session are of before. */
  deliveredOf(flashes: ReadonlyMap<string, Flash>): readonly string[] {
    return allMessages(flashes).flatMap(([, { id }]) => (this.wasDelivered(id) ? [id] : []));
  }

  wasDelivered(id: string): boolean {
    return this.ledger.wasDelivered(id, this);
  }

  /** Takes a message. @returns `false` when another request has it. */
  claim(message: Flash): boolean {
    if (!isFreeFor(this, message) || !this.ledger.claim(message.id, this, this.until)) return false;
    this.#claimed.add(message.id);
    return true;
  }

  /** Gives back what was taken and not delivered. */
  release(): void {
    this.ledger.free(this.#claimed, this);
    this.#claimed.clear();
  }

  /** Notes that what was taken is delivered. */
  deliver(): void {
    this.ledger.keep(this.#claimed, this);
    for (const id of this.#claimed) this.#delivered.add(id);
    this.#claimed.clear();
  }

  /** Gives back what was delivered as well: the answer reaches nobody. */
  takeBack(): void {
    this.release();
    this.ledger.free(this.#delivered, this);
    this.#delivered.clear();
  }

  /** Whether messages are leased for this request. */
  get isLeased(): boolean {
    return this.#leased.length > 0;
  }

  /** The lease that the request gives back; `undefined` when others of this process go on with it, or there is none. */
  get leasedBy(): string | undefined {
    const isLast = this.isLeased && this.#leased.every((id) => this.ledger.holdersOf(id) === 1);
    return isLast ? this.by : undefined;
  }

  /** Leaves the lease to others, or it was given back. */
  end(): void {
    for (const id of this.#leased) this.ledger.hold(id, -1);
    this.#leased = [];
  }
}
