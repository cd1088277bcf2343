// Alone: node bench/fuzz-paths.mjs [seed] [pairs] [case]; with a case, that one only, which names what is slow.
import { AccessRules } from '../dist/access/access-rules.js';
import { GuardConfig } from '../dist/access/guard/guard-config.js';
import { canonicalPath, routedPath, UnreadablePathError } from '../dist/access/paths/canonical-path.js';
import { MadeClasses } from '../dist/session/made-classes.js';
import { Random } from './random.mjs';
import { quantile } from './statistics.mjs';

/** Node refuses request heads above this, and the path is a part of the head. */
const LONGEST_TARGET = 16 * 1024;
const TARGETS_PER_SET = 20;
const REPETITIONS = 7;
const SECOND_LOOKS = 5;
const SLOW_MS = 0.6;
const WARM_UP_SETS = 30;
const SIZES = [10, 10, 10, 30, 30, 100, 100, 1_000];
/** One set of so many is of the largest size: building it takes longer than all its paths. */
const LARGEST_EVERY = 50;
/** Characters of one segment: more of the shortest than a path may have, as many as it may have, and fewer. */
const SEGMENTS = [1, 62, 64, 66, 100, 250, 2_000];
const WORDS = ['a', 'b', 'ab', 'x', 'aa', 'admin', 'é'];
const WILDCARDS = ['*', '**', '[id]', '[...rest]'];
const GLOBS = [
  (word) => `${word}*`,
  (word) => `*${word}`,
  (word) => `*${word}*`,
  (word) => `*${word}*b*`,
  (word) => `${word}?*a?b*`,
  (word) => `{${word},b*}`,
  (word) => `{a,b,*c*}{${word},x}*`,
  (word) => `[ab]${word}*`,
  (word) => `*[ab]${word}`,
  (word) => `@(a|aa)${word}`,
  (word) => `+(${word})`,
];
/** Kinds of whole rule sets; `any` of a number that counts the rules. */
const KINDS = [
  (random, at) => `/section-${at}/${ordinary(random)}`,
  (random) => `/${list(random, 4, () => segment(random))}`,
  (random, at) => `/**/${word(random, at)}/**/${segment(random)}`,
  (random, at) => `/**/${list(random, 3, () => random.pick(WORDS))}/${random.pick(WILDCARDS)}/${at}`,
  (random, at) => `/${list(random, 12, () => random.pick(['a', '[id]']))}/${at % 50}`,
  (random, at) => `/${random.pick(GLOBS)(word(random, at))}`,
  (random, at) => `/${word(random, at)}-*`,
  (random, at) => `/**/${list(random, 12, () => random.pick(['a', 'b', '**', '[id]']))}/${word(random, at)}`,
  (random, at) => `/**/*${word(random, at)}*${word(random, at)}*/**`,
];

/** @returns Milliseconds of the slowest pair of rules and path, of 99 in 100, and how to run the slowest again. */
export function fuzzPaths(pairs, seed = 1) {
  // Code that has not been compiled yet is not what is measured; seeds of its own, so that every case is new.
  for (let set = 0; set < WARM_UP_SETS; set++) timesOfSet(-seed, set);
  const measured = [];
  for (let set = 0; measured.length < pairs; set++) {
    for (const [at, { time, isReadable }] of timesOfSet(seed, set).entries()) {
      measured.push({ set, at, time, isReadable });
    }
  }
  for (const pair of measured.filter(({ time }) => time > SLOW_MS)) lookAgain(seed, pair);
  const worst = measured.reduce((slower, pair) => (pair.time > slower.time ? pair : slower));
  const times = measured.map(({ time }) => time);
  const worstCase = `${seed} ${pairs} ${worst.set}.${worst.at}`;
  const unreadable = measured.filter(({ isReadable }) => !isReadable).length;
  return { pairs: times.length, unreadable, worst: worst.time, p99: quantile(times, 0.99), worstCase };
}

/** A pair that seems slow is measured again later: something else may have run meanwhile. */
function lookAgain(seed, pair) {
  const { patterns, targets } = caseOf(seed, pair.set);
  pair.time = Math.min(pair.time, bestTimeOf(rulesOf(patterns), targets[pair.at]));
}

/** @returns For each target its time, and whether it was read to its end. */
function timesOfSet(seed, set) {
  const { patterns, targets } = caseOf(seed, set);
  const rules = rulesOf(patterns);
  return targets.map((target) => ({ time: timeOf(rules, target), isReadable: ask(rules, target) }));
}

function caseOf(seed, set) {
  const random = new Random(seed * 1_000_003 + set);
  const size = set % LARGEST_EVERY === LARGEST_EVERY - 1 ? 10_000 : random.pick(SIZES);
  const kinds = size > 100 ? [KINDS[0], random.pick(KINDS)] : KINDS;
  const few = random.pick([1, 2, 5, size]);
  const patterns = Array.from({ length: size }, (_, at) => (at < few ? random.pick(kinds) : KINDS[0])(random, at));
  return { patterns, targets: Array.from({ length: TARGETS_PER_SET }, () => target(random, patterns)) };
}

/** Without the patterns that are refused by themselves. */
function rulesOf(patterns) {
  const protect = patterns.filter(isAllowed).map((pattern) => ({ pattern }));
  return new AccessRules(new GuardConfig({ protect }), new MadeClasses());
}

function isAllowed(pattern) {
  try {
    return new AccessRules(new GuardConfig({ protect: [{ pattern }] }), new MadeClasses()).all.length === 1;
  } catch {
    return false;
  }
}

function bestTimeOf(rules, target) {
  let best = timeOf(rules, target);
  for (let look = 0; look < SECOND_LOOKS && best > SLOW_MS; look++) best = Math.min(best, timeOf(rules, target));
  return best;
}

/** All that the paths of one request cost. The best of a few: the collector of garbage is not what is measured. */
function timeOf(rules, target) {
  let best = Number.POSITIVE_INFINITY;
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    const start = performance.now();
    ask(rules, target);
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

/** @returns Whether the target could be read. */
function ask(rules, { pathname, rest }) {
  try {
    const requested = canonicalPath(pathname, '');
    for (const path of new Set([routedPath('/[...rest]', { rest }), requested])) rules.find(path);
    return true;
  } catch (error) {
    if (error instanceof UnreadablePathError) return false;
    throw error;
  }
}

function ordinary(random) {
  return random.pick(['', '*', '**', 'files/*.pdf', '[id]/edit', '**/edit']);
}

function word(random, at) {
  return random.pick([random.pick(WORDS), `${random.pick(WORDS)}${at}`]);
}

function segment(random) {
  return random.pick([...WORDS, ...WILDCARDS, '**', random.pick(GLOBS)(random.pick(WORDS))]);
}

function list(random, most, make) {
  return Array.from({ length: 1 + random.below(most) }, make).join('/');
}

/** A target of the longest kind, and what a router that decodes once makes of it. */
function target(random, patterns) {
  const near = random
    .pick(patterns)
    .replaceAll('**', 'a/b')
    .replace(/[*?[\](){}@+|,.]/g, random.pick(['', 'a', 'b', '/']));
  const texts = [...WORDS, ...near.split('/').filter((text) => text !== ''), '\u0301\u0323', 'e\u0301', '漢'];
  const few = Array.from({ length: 1 + random.below(4) }, () => random.pick(texts));
  const separator = random.pick(['/', '/', '/', '', '//']);
  const spelling = random.pick([none, none, none, all, several, malformed]);
  let pathname = random.pick(['', near, encodeURI(near)]);
  if (!pathname.startsWith('/')) pathname = `/${pathname}`;
  const longest = random.pick(SEGMENTS);
  for (let start = 0; pathname.length < LONGEST_TARGET; ) {
    const isNext = pathname.length - start >= longest;
    if (isNext) start = pathname.length;
    pathname += (isNext ? separator : '') + spelling(random, random.pick(few));
  }
  // A piece of an escape at the end would make all of it malformed, and the rest of the work go unmeasured.
  pathname = pathname.slice(0, LONGEST_TARGET - 100).replace(/(?:%25)*%?[0-9a-f]{0,40}$/i, '');
  pathname = new URL(`http://localhost${pathname}${random.pick(['', '%61', several(random, 'b')])}`).pathname;
  return { pathname, rest: decodedOnce(pathname) };
}

function decodedOnce(text) {
  try {
    return decodeURIComponent(text).slice(1);
  } catch {
    return text;
  }
}

function none(_random, text) {
  return encodeURIComponent(text);
}

function all(_random, text) {
  return Array.from(new TextEncoder().encode(text), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

function several(random, text) {
  return all(random, text).replaceAll('%', `%${'25'.repeat(random.below(10))}`);
}

function malformed(random, text) {
  return random.pick(['%25', '%25ff', '%2525c3', '%25e2%2582']) + random.pick([text, '']).replace(/[^a-z]/g, '');
}

if (import.meta.main) {
  const [seed = '1', pairs = '20000', one] = process.argv.slice(2);
  if (one === undefined) console.log(fuzzPaths(Number(pairs), Number(seed)));
  else {
    const [set, at] = one.split('.').map(Number);
    const { patterns, targets } = caseOf(Number(seed), set);
    const rules = rulesOf(patterns);
    for (let set = 0; set < WARM_UP_SETS; set++) timesOfSet(-Number(seed), set);
    console.log(patterns.slice(0, 20), targets[at].pathname.slice(0, 200), `${bestTimeOf(rules, targets[at])} ms`);
  }
}
