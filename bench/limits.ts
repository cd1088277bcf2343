import { type Figures, isOurs, type PartFigures, PEER, type RequestFigures, type StartFigures } from './figures.ts';

/** CPU of a request that is served, as a ratio to plain Astro. Waiting, as for Redis, takes none. */
const PAGES = { anonymous: 1.05, 'signed in': 1.15, refused: 0.72 };
export const CPU: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'gatehouse, cookie': PAGES,
  'gatehouse, memory': PAGES,
  'gatehouse, sqlite': { 'signed in': 1.2 },
  'gatehouse, redis': { 'signed in': 1.3 },
};
const PER_SECOND: Readonly<Record<string, number>> = { anonymous: 0.95, 'signed in': 0.88 };
const AS_FAST = ['gatehouse, cookie', 'gatehouse, memory'];
/** What a signed-in visitor costs where the session is not used, to a guest: the same, but for what cannot be told apart. */
const AS_A_GUEST = 1.05;
const LOOKUP_GROWTH = 2;
const LONGEST_PATH_MS = 1;
const MEGABYTES_PER_MILLION = 330;
const EXPIRY_PAUSE = 5;
const START = 1.1;
const LOADED_KIB = 150;

export interface Limit {
  readonly what: string;
  readonly figure: number;
  readonly limit: string;
  readonly isMet: boolean;
}

/** @returns Every limit that the package holds itself to, with the figure that stands against it. */
export function judge({ requests, start, parts }: Figures): Limit[] {
  return [
    ...requests.flatMap(limitsOfRequest),
    ...limitsOfSharing(requests),
    ...(start ? limitsOfStart(start) : []),
    ...(parts ? limitsOfParts(parts) : []),
  ];
}

function limitsOfRequest({ name, visitor, served, toPeer, toGuest, perSecondRatio }: RequestFigures): Limit[] {
  const cpu = CPU[name]?.[visitor];
  const perSecond = PER_SECOND[visitor];
  const isAsFast = AS_FAST.includes(name) && visitor in PAGES;
  return [
    ...(cpu ? [atMost(`CPU to plain Astro, ${name}, ${visitor}`, served.ratio.median, cpu)] : []),
    ...(isAsFast && toPeer ? [atMost(`CPU to ${PEER}, ${name}, ${visitor}`, toPeer, 1)] : []),
    ...(isAsFast && perSecond && perSecondRatio
      ? [atLeast(`requests per second to plain Astro, ${name}, ${visitor}`, perSecondRatio, perSecond)]
      : []),
    ...(isOurs({ name }) && toGuest
      ? [atMost(`CPU to a guest's, ${name}, ${visitor}`, toGuest.median, AS_A_GUEST)]
      : []),
  ];
}

function limitsOfSharing(requests: readonly RequestFigures[]): Limit[] {
  const unused = requests.filter((row) => isOurs(row) && row.isShared !== undefined);
  const shared = unused.filter(({ isShared }) => isShared);
  return [atLeast('answers that do not use the session, kept by shared caches', shared.length, unused.length)];
}

function limitsOfStart({ figures }: StartFigures): Limit[] {
  return figures
    .filter(isOurs)
    .flatMap(({ name, startRatio, loadedOverPlain }) => [
      atMost(`cold start to plain Astro, ${name}`, startRatio, START),
      atMost(`JavaScript over plain Astro, ${name}, KiB`, loadedOverPlain / 1024, LOADED_KIB),
    ]);
}

function limitsOfParts({ rules: { lookups, fuzz }, memory }: PartFigures): Limit[] {
  const [fewest, most] = [lookups[0], lookups.at(-1)];
  const growth = (kind: 'none' | 'last') => (most?.[kind] ?? 0) / (fewest?.[kind] ?? 0);
  return [
    atMost('rule lookup, 10,000 rules to 10, none matches', growth('none'), LOOKUP_GROWTH),
    atMost('rule lookup, 10,000 rules to 10, the last matches', growth('last'), LOOKUP_GROWTH),
    atMost('a path of 16 KiB, the slowest of any rules, ms', fuzz.worst, LONGEST_PATH_MS),
    atMost('a million sessions in memory, MB', memory.heap / memory.count, MEGABYTES_PER_MILLION),
    atMost('longest pause of expiry, ms', Math.max(memory.pause, memory.pauseAtOnce), EXPIRY_PAUSE),
  ];
}

function atMost(what: string, figure: number, limit: number): Limit {
  return { what, figure, limit: `≤ ${limit}`, isMet: asPrinted(figure) <= limit };
}

function atLeast(what: string, figure: number, limit: number): Limit {
  return { what, figure, limit: `≥ ${limit}`, isMet: asPrinted(figure) >= limit };
}

/** Nobody should read that 1.00 is more than 1. */
function asPrinted(figure: number): number {
  return Number(figure.toFixed(2));
}
