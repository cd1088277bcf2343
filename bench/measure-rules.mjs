import { PathIndex } from '../dist/access/path-index.js';
import { PathPattern } from '../dist/access/path-pattern.js';
import { microsecondsOfEach } from './timing.mjs';

const COUNTS = [10, 100, 1_000, 10_000];
/** Node refuses request heads above this, and the path is a part of the head. */
const LONGEST_TARGET = 16 * 1024;
const KINDS = [
  (index) => `/section-${index}/files/*.pdf`,
  (index) => `/section-${index}`,
  (index) => `/section-${index}/*`,
  (index) => `/section-${index}/**`,
];
const NASTY_RULES = [
  '/**/a/**/a/**/a/**/b',
  '/**/*a/**/a*/**/*b',
  '/**/*a*a*a*a*b',
  '/*/*/*/*/b',
  '/**/{a,b}*/**/[ab]*/**/c',
];

/** Finding the rule for a path. */
export async function measureRules() {
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
  return { lookups, worstPath: worstPathTime() };
}

function indexAndLastPath(count) {
  const last = count - 1;
  // Counted from the end, so that the last rule is of the same kind whatever their number.
  const index = indexOf(Array.from({ length: count }, (_, at) => KINDS[(last - at) % KINDS.length](at)));
  const lastPath = `/section-${last}/files/a.pdf`;
  if (index.first(lastPath) !== last) throw new Error(`${lastPath} does not find the last of ${count} rules.`);
  return { index, lastPath };
}

/** @returns The milliseconds that the slowest of several hostile paths takes. */
function worstPathTime() {
  const index = indexOf(NASTY_RULES);
  const paths = ['a/', 'a', 'ab/', 'ab'].map((part) =>
    `/${part.repeat(LONGEST_TARGET / part.length)}`.slice(0, LONGEST_TARGET),
  );
  const times = paths.map((path) => {
    const { user: before } = process.threadCpuUsage();
    index.first(path);
    return (process.threadCpuUsage().user - before) / 1000;
  });
  return Math.max(...times);
}

function indexOf(patterns) {
  return new PathIndex(patterns.map((pattern) => new PathPattern(pattern)));
}
