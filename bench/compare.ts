import { type Cpu, isOurs, PEER, PLAIN, type RequestFigures, type Summary } from './figures.ts';
import { median, quantile, summary } from './statistics.mjs';

/** What was measured of one kind of request, round after round. */
export interface Samples {
  readonly name: string;
  readonly visitor: string;
  readonly isShared: boolean;
  /** Microseconds of CPU per request: over a connection, and without one. */
  readonly served: readonly number[];
  readonly direct: readonly number[];
  /** Empty unless requests per second were counted. */
  readonly load: readonly { readonly perSecond: number; readonly latencies: readonly number[] }[];
}

type Operation = (own: number, other: number) => number;
const quotient: Operation = (own, other) => own / other;
const difference: Operation = (own, other) => own - other;

/** Compares everything with plain Astro, with the peer, and what a signed-in visitor does not use with a guest's. */
export function compare(all: readonly Samples[]): RequestFigures[] {
  const samplesOf = (name: string, visitor: string): Samples | undefined =>
    all.find((samples) => samples.name === name && samples.visitor === visitor);
  return all.map((samples) => {
    const { name, visitor, isShared, served, direct, load } = samples;
    // A refusal has no counterpart in plain Astro: it would answer with the page.
    const plain = samplesOf(PLAIN, visitor === 'refused' ? 'anonymous' : visitor);
    if (!plain) throw new Error(`Nothing was measured of ${PLAIN}, ${visitor}.`);
    const peer = isOurs(samples) ? samplesOf(PEER, visitor) : undefined;
    const guest = visitor.endsWith(', signed in') ? samplesOf(name, visitor.replace('signed in', 'guest')) : undefined;
    return {
      name,
      visitor,
      served: compareCpu(served, plain.served),
      direct: compareCpu(direct, plain.direct),
      ...(peer && { toPeer: paired(direct, peer.direct, quotient).median }),
      ...(guest && {
        toGuest: paired(served, guest.served, quotient),
        overGuest: paired(served, guest.served, difference),
        isShared,
      }),
      ...(load.length > 0 && compareLoad(load, plain.load)),
    };
  });
}

function compareCpu(own: readonly number[], plain: readonly number[]): Cpu {
  return { median: median(own), ratio: paired(own, plain, quotient), over: paired(own, plain, difference) };
}

function compareLoad(own: Samples['load'], plain: Samples['load']): Partial<RequestFigures> {
  const [ownRates, plainRates] = [own, plain].map((slices) => slices.map(({ perSecond }) => perSecond));
  const latencies = own.flatMap((slice) => slice.latencies);
  return {
    perSecond: median(ownRates ?? []),
    perSecondRatio: paired(ownRates ?? [], plainRates ?? [], quotient).median,
    p99: quantile(latencies, 0.99),
  };
}

/** Each slice is compared with the other's of the same round: those two met the same machine. */
function paired(own: readonly number[], other: readonly number[], operation: Operation): Summary {
  return summary(own.map((value, round) => operation(value, other[round] ?? Number.NaN)));
}
