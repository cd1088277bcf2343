import { PathIndex } from '../dist/access/paths/path-index.js';
import { PathPattern } from '../dist/access/paths/path-pattern.js';
import { fuzzPaths } from './fuzz-paths.mjs';
import { microsecondsOfEach } from './timing.mjs';

const COUNTS = [10, 100, 1_000, 10_000];
const KINDS = [
  (index) => `/section-${index}/files/*.pdf`,
  (index) => `/section-${index}`,
  (index) => `/section-${index}/*`,
  (index) => `/section-${index}/**`,
];
/** Finding the rule for a path. */
export async function measureRules(fuzzedPairs) {
  const indexes = COUNTS.map(indexAndLastPath);
  const none = await microsecondsOfEach(
    indexes.map(
      ({ index }) =>
        () =>
          index.first('/somewhere/else/entirely'),
    ),
  );
  const last = await microsecondsOfEach(
    indexes.map(
      ({ index, lastPath }) =>
        () =>
          index.first(lastPath),
    ),
  );
  const lookups = COUNTS.map((count, at) => ({ count, none: none[at], last: last[at] }));
  return { lookups, fuzz: fuzzPaths(fuzzedPairs) };
}

function indexAndLastPath(count) {
  const last = count - 1;
  // Counted from the end, so that the last rule is of the same kind whatever their number.
  const index = indexOf(Array.from({ length: count }, (_, at) => KINDS[(last - at) % KINDS.length](at)));
  const lastPath = `/section-${last}/files/a.pdf`;
  if (index.first(lastPath) !== last) throw new Error(`${lastPath} does not find the last of ${count} rules.`);
  return { index, lastPath };
}

function indexOf(patterns) {
  return new PathIndex(patterns.map((pattern) => new PathPattern(pattern)));
}
