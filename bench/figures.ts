/** Names of variants that others are compared with. */
export const PLAIN = 'plain Astro';
export const PLAIN_AGAIN = 'plain Astro again';
export const PEER = 'astro-sessionkit';

export const isOurs = ({ name }: { name: string }): boolean => name.startsWith('gatehouse');

/** The median of many short measurements, and how far they lie apart. */
export interface Summary {
  readonly median: number;
  /** Median of the distances from the median. */
  readonly spread: number;
  readonly low: number;
  readonly high: number;
}

/** Microseconds of CPU in the server's process, for one request. */
export interface Cpu {
  readonly median: number;
  /** To plain Astro: a refusal to the page that a guest would get. */
  readonly ratio: Summary;
  readonly over: Summary;
}

/** One kind of request, answered by one application. */
export interface RequestFigures {
  readonly name: string;
  readonly visitor: string;
  /** Over a connection that stays open, one request after another. */
  readonly served: Cpu;
  /** The handler called with Node's own objects, without a connection: what the network takes does not hide differences. */
  readonly direct: Cpu;
  /** To astro-sessionkit asked the same, without a connection. */
  readonly toPeer?: number;
  /** To what the same application needs for the same answer to a guest, served, and how much is over that. */
  readonly toGuest?: Summary;
  readonly overGuest?: Summary;
  /** Says that a cache may keep the answer for every visitor. */
  readonly isShared?: boolean;
  /** Over several connections at once. */
  readonly perSecond?: number;
  readonly perSecondRatio?: number;
  readonly p99?: number;
}

export interface StartFigures {
  readonly plainLoaded: number;
  readonly figures: readonly {
    readonly name: string;
    readonly startRatio: number;
    readonly startSpread: number;
    readonly start: number;
    readonly loadedOverPlain: number;
  }[];
}

interface OpenedAndCommitted {
  readonly unchanged: number;
  readonly changed: number;
}

export interface PartFigures {
  readonly rules: {
    readonly lookups: readonly { readonly count: number; readonly none: number; readonly last: number }[];
    readonly fuzz: { readonly pairs: number; readonly worst: number; readonly p99: number; readonly worstCase: string };
  };
  readonly sessions: {
    readonly scope: { readonly untouched: number; readonly withService: number };
    readonly cookie: OpenedAndCommitted;
    readonly memory: OpenedAndCommitted;
    readonly firstOpening: number;
  };
  readonly memory: {
    readonly count: number;
    readonly heap: number;
    readonly resident: number;
    readonly pause: number;
    readonly pauseAtOnce: number;
  };
}

export interface Machine {
  readonly date: string;
  readonly node: string;
  readonly platform: string;
  readonly processor: string;
  readonly cores: number;
  readonly load: number;
  readonly versions: Readonly<Record<string, string>>;
}

/** Everything that a run of the bench found. */
export interface Figures {
  readonly machine: Machine;
  readonly effort: { readonly sittings: number; readonly rounds: number; readonly slice: number };
  readonly requests: readonly RequestFigures[];
  /** Left out when only requests were measured. */
  readonly start?: StartFigures;
  readonly parts?: PartFigures;
}
