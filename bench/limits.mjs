/** What the package holds itself to, as ratios to plain Astro unless a unit says otherwise. */
const CPU = { anonymous: 1.03, 'signed in': 1.05, refused: 0.7 };
const SIGNED_IN_PER_SECOND = 0.95;
const LOOKUP_GROWTH = 2;
const LONGEST_PATH_MS = 1;
const MEGABYTES_PER_MILLION = 330;
const EXPIRY_PAUSE = 5;
const START = 1.1;
const LOADED_KIB = 150;

/** CPU of a visitor who is signed in, served over connections. */
const STORES = { cookie: 1.05, memory: 1.05, sqlite: 1.08, redis: 1.1 };

/** @returns What each store may cost at the most, with what it does. */
export function judgeStores(requests) {
  return requests.flatMap(({ name, visitor, servedRatio }) => {
    const limit = STORES[name.replace('gatehouse, ', '')];
    return visitor === 'signed in' && limit ? [atMost(`CPU per request, ${name}, ${visitor}`, servedRatio, limit)] : [];
  });
}

/** @returns Every limit with the figure that stands against it. */
export function judge({ requests, start, parts }) {
  const ours = ({ name }) => name.startsWith('gatehouse');
  const { lookups } = parts.rules;
  const { memory } = parts;
  const growth = (kind) => lookups.at(-1)[kind] / lookups[0][kind];
  return [
    ...requests
      .filter(ours)
      .map(({ name, visitor, cpuRatio }) => atMost(`CPU per request, ${name}, ${visitor}`, cpuRatio, CPU[visitor])),
    ...requests
      .filter((row) => ours(row) && row.visitor === 'signed in')
      .map(({ name, perSecondRatio }) =>
        atLeast(`requests per second, ${name}, signed in`, perSecondRatio, SIGNED_IN_PER_SECOND),
      ),
    ...start.figures
      .filter(ours)
      .flatMap(({ name, startRatio, loadedOverPlain }) => [
        atMost(`cold start, ${name}`, startRatio, START),
        atMost(`JavaScript loaded over plain, ${name}, KiB`, loadedOverPlain / 1024, LOADED_KIB),
      ]),
    atMost('rule lookup, 10,000 rules to 10, none matches', growth('none'), LOOKUP_GROWTH),
    atMost('rule lookup, 10,000 rules to 10, the last matches', growth('last'), LOOKUP_GROWTH),
    atMost('paths of a request of 16 KiB, slowest of any rules, ms', parts.rules.fuzz.worst, LONGEST_PATH_MS),
    atMost('a million sessions in memory, MB', memory.heap / memory.count, MEGABYTES_PER_MILLION),
    atMost('longest pause of expiry, ms', Math.max(memory.pause, memory.pauseAtOnce), EXPIRY_PAUSE),
  ];
}

function atMost(what, figure, limit) {
  return { what, figure, limit: `≤ ${limit}`, isMet: figure <= limit };
}

function atLeast(what, figure, limit) {
  return { what, figure, limit: `≥ ${limit}`, isMet: figure >= limit };
}
