import { describe, expect, it } from '@jest/globals';
import { compare, type Samples } from '../../bench/compare.js';
import { type Figures, PEER, PLAIN } from '../../bench/figures.js';
import { judge } from '../../bench/limits.js';

const MACHINE = { date: '', node: '', platform: '', processor: '', cores: 2, load: 0, versions: {} };

/** A request of which each application takes so many microseconds, on average and always. */
function asked(visitor: string, cpu: Record<string, number>, isShared = true): Samples[] {
  return Object.entries(cpu).map(([name, value]) => {
    return { name, visitor, isShared, served: [value], direct: [value], load: [] };
  });
}

function figuresOf(...samples: Samples[]): Figures {
  return { machine: MACHINE, effort: { sittings: 1, rounds: 1, slice: 1 }, requests: compare(samples) };
}

function missed(figures: Figures): string[] {
  return judge(figures)
    .filter(({ isMet }) => !isMet)
    .map(({ what }) => what);
}

describe('The limits of the bench', () => {
  it('are met at the limit, as it is printed', () => {
    const page = { [PLAIN]: 1000, 'gatehouse, cookie': 1054, [PEER]: 1050 };
    expect(missed(figuresOf(...asked('anonymous', page)))).toEqual([]);
  });

  it('name what costs more than plain Astro may, and what costs more than the peer', () => {
    const page = {
      [PLAIN]: 100,
      'gatehouse, memory': 120,
      [PEER]: 110,
      'gatehouse, sqlite': 119,
      'gatehouse, redis': 131,
    };
    expect(missed(figuresOf(...asked('signed in', page)))).toEqual([
      'CPU to plain Astro, gatehouse, memory, signed in',
      'CPU to astro-sessionkit, gatehouse, memory, signed in',
      'CPU to plain Astro, gatehouse, redis, signed in',
    ]);
  });

  it('name what costs a signed-in visitor more than a guest, and what caches may no longer keep', () => {
    const guests = asked('image, guest', { [PLAIN]: 100, 'gatehouse, cookie': 100 });
    const members = asked('image, signed in', { [PLAIN]: 110, 'gatehouse, cookie': 106 }, false);
    expect(missed(figuresOf(...guests, ...members))).toEqual([
      "CPU to a guest's, gatehouse, cookie, image, signed in",
      'answers that do not use the session, kept by shared caches',
    ]);
  });

  it('hold the start, the rules and the memory where these were measured', () => {
    const started = { startRatio: 1.11, startSpread: 0, start: 300, loadedOverPlain: 151 * 1024 };
    const parts: NonNullable<Figures['parts']> = {
      rules: {
        lookups: [
          { count: 10, none: 0.1, last: 0.1 },
          { count: 10_000, none: 0.1, last: 0.3 },
        ],
        fuzz: { pairs: 1, worst: 1.2, p99: 0.1, worstCase: '' },
      },
      sessions: {
        scope: { untouched: 0, withService: 0 },
        cookie: { unchanged: 0, changed: 0 },
        memory: { unchanged: 0, changed: 0 },
        firstOpening: 0,
      },
      memory: { count: 1000, heap: 340_000, resident: 0, pause: 1, pauseAtOnce: 6 },
    };
    const start = {
      plainLoaded: 0,
      figures: [
        { name: 'gatehouse, cookie', ...started },
        { name: PEER, ...started },
      ],
    };
    expect(missed({ ...figuresOf(), start, parts })).toEqual([
      'cold start to plain Astro, gatehouse, cookie',
      'JavaScript over plain Astro, gatehouse, cookie, KiB',
      'rule lookup, 10,000 rules to 10, the last matches',
      'a path of 16 KiB, the slowest of any rules, ms',
      'a million sessions in memory, MB',
      'longest pause of expiry, ms',
    ]);
  });
});
