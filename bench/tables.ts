import { type Figures, isOurs, type PartFigures, type Summary } from './figures.ts';
import type { Limit } from './limits.ts';

/** A heading, and rows of which the first is the head. */
export interface Table {
  readonly title: string;
  readonly rows: readonly (readonly string[])[];
}

export function requestTable({ requests }: Figures): Table {
  const pages = requests.filter(({ visitor }) => ['anonymous', 'signed in', 'refused'].includes(visitor));
  return {
    title:
      'A page under five rules, to plain Astro: CPU of a request served, and without a connection; requests per second',
    rows: [
      ['', 'visitor', 'served', '±', 'µs over', '±', 'direct', '±', 'µs over', '±', 'to peer', 'req/s', 'p99 ms'],
      ...pages.map(({ name, visitor, served, direct, toPeer, perSecondRatio, p99 }) => [
        name,
        visitor,
        ...compared(served.ratio, served.over),
        ...compared(direct.ratio, direct.over),
        optional(toPeer, 2),
        optional(perSecondRatio, 2),
        optional(p99, 1),
      ]),
    ],
  };
}

export function unusedTable({ requests }: Figures): Table {
  return {
    title: 'What does not use the session: CPU of a signed-in visitor, served, to a guest of the same application',
    rows: [
      ['', 'asked for', 'ratio', '±', 'µs over', '±', 'kept by shared caches'],
      ...requests.flatMap(({ name, visitor, toGuest, overGuest, isShared }) =>
        toGuest && overGuest
          ? [[name, visitor.split(',')[0] ?? '', ...compared(toGuest, overGuest), isShared ? 'yes' : 'no']]
          : [],
      ),
    ],
  };
}

export function storeTable({ requests }: Figures): Table {
  const costOf = (name: string, visitor: string): string[] => {
    const row = requests.find((row) => row.name === name && row.visitor === visitor);
    return row ? [signed(row.direct.over), row.direct.over.spread.toFixed(0)] : ['', ''];
  };
  const names = new Set(requests.filter(isOurs).map(({ name }) => name));
  return {
    title: 'What a store costs: CPU of a request over that of plain Astro, without a connection, in µs',
    rows: [
      ['store', 'session read', '±', 'session written', '±'],
      ...[...names].map((name) => [
        name.replace('gatehouse, ', ''),
        ...costOf(name, 'signed in'),
        ...costOf(name, 'writing'),
      ]),
    ],
  };
}

export function startTable({ plainLoaded, figures }: NonNullable<Figures['start']>): Table {
  return {
    title: `From the start of the process to the first answer, and JavaScript over the ${kib(plainLoaded)} KiB of plain Astro`,
    rows: [
      ['', 'start', '±', 'ms', 'KiB over plain'],
      ...figures.map(({ name, startRatio, startSpread, start, loadedOverPlain }) => [
        name,
        two(startRatio),
        two(startSpread),
        start.toFixed(0),
        kib(loadedOverPlain),
      ]),
    ],
  };
}

export function lookupTable({ rules }: PartFigures): Table {
  return {
    title: 'Finding the rule for a path, µs',
    rows: [
      ['rules', 'none matches', 'the last matches'],
      ...rules.lookups.map(({ count, none, last }) => [count.toLocaleString('en'), two(none), two(last)]),
    ],
  };
}

export function partTable({ rules: { fuzz }, sessions, memory }: PartFigures): Table {
  return {
    title: 'Parts',
    rows: [
      ['', ''],
      ['paths of 16 KiB against sets of up to 10,000 rules', fuzz.pairs.toLocaleString('en')],
      ['  the slowest', `${two(fuzz.worst)} ms`],
      [`  again: node bench/fuzz-paths.mjs ${fuzz.worstCase}`, ''],
      ['  99 of 100 within', `${two(fuzz.p99)} ms`],
      ['request scope, untouched', micro(sessions.scope.untouched)],
      ['request scope, with one service of its own', micro(sessions.scope.withService)],
      ['cookie session opened and committed, seal known', micro(sessions.cookie.unchanged)],
      ['cookie session opened and committed, changed', micro(sessions.cookie.changed)],
      ['seal opened for the first time', micro(sessions.firstOpening)],
      ['memory session opened and committed', micro(sessions.memory.unchanged)],
      ['memory session opened and committed, changed', micro(sessions.memory.changed)],
      ['sessions of 200 bytes in memory', memory.count.toLocaleString('en')],
      ['  heap, all of them', megabytes(memory.heap)],
      ['  resident memory, all of them', megabytes(memory.resident)],
      ['  heap, each', `${(memory.heap / memory.count).toFixed(0)} bytes`],
      ['  longest pause while they expire one after another', `${two(memory.pause)} ms`],
      ['  pause when all expire at once', `${two(memory.pauseAtOnce)} ms`],
    ],
  };
}

export function limitTable(limits: readonly Limit[]): Table {
  return {
    title: 'Limits',
    rows: [
      ['', 'figure', 'limit', ''],
      ...limits.map(({ what, figure, limit, isMet }) => [what, two(figure), limit, isMet ? 'met' : 'MISSED']),
    ],
  };
}

/** For a terminal. */
export function aligned({ title, rows }: Table): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
  );
  return `${title}\n${lines.map((line) => `  ${line.trimEnd()}`).join('\n')}`;
}

/** For a page of the documentation: columns of figures stand to the right. */
export function markdown({ rows: [head = [], ...rows] }: Table): string {
  const rule = head.map((_, column) => (rows.every((row) => /^[\d.,−+–]*$/.test(row[column] ?? '')) ? '---:' : '---'));
  return [head, rule, ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function compared(ratio: Summary, over: Summary): string[] {
  return [two(ratio.median), two(ratio.spread), signed(over), over.spread.toFixed(0)];
}

export function signed({ median }: Summary): string {
  const rounded = Math.abs(median).toFixed(0);
  if (rounded === '0') return '0';
  return `${median < 0 ? '−' : '+'}${rounded}`;
}

function two(value: number): string {
  return value.toFixed(2);
}

function optional(value: number | undefined, digits: number): string {
  return value?.toFixed(digits) ?? '–';
}

function micro(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} µs`;
}

function kib(bytes: number): string {
  return (bytes / 1024).toFixed(0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
