import { arch, cpus, loadavg, platform } from 'node:os';

export function printStores(requests, limits) {
  printMachine();
  printTable('One page, five rules. CPU inside the server, without and with connections, each against plain Astro', [
    ['', 'visitor', 'CPU', '±', 'µs', 'served', '±', 'µs', 'req/s', 'p99 ms'],
    ...requests.toSorted((a, b) => isNoise(b) - isNoise(a)).map(storeRow),
  ]);
  printTable('Limits', [['', 'figure', 'limit', ''], ...limits.map(limitRow)]);
}

export function printReport({ requests, start, parts }, limits) {
  printMachine();
  printTable(
    'One page, five rules. CPU inside the server, then load over loopback, each against plain Astro in the same round',
    [
      ['', 'visitor', 'CPU', '±', 'µs', 'req/s', 'req/s abs.', 'p99 ms'],
      // The noise floor first: no other difference smaller than its own means anything.
      ...requests.toSorted((a, b) => isNoise(b) - isNoise(a)).map(requestRow),
    ],
  );
  printTable(
    `From the start of the process to the first answer, and JavaScript over the ${kib(start.plainLoaded)} KiB of plain Astro`,
    [
      ['', 'start', '±', 'ms', 'KiB over plain'],
      ...start.figures.map((row) => [
        row.name,
        two(row.startRatio),
        two(row.startSpread),
        row.start.toFixed(0),
        kib(row.loadedOverPlain),
      ]),
    ],
  );
  printTable('Finding the rule for a path, µs', [
    ['rules', 'none matches', 'the last matches'],
    ...parts.rules.lookups.map(({ count, none, last }) => [count.toLocaleString('en'), two(none), two(last)]),
  ]);
  printTable('Parts', partRows(parts));
  printTable('Limits', [['', 'figure', 'limit', ''], ...limits.map(limitRow)]);
}

function printMachine() {
  const processors = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`;
  console.log(
    `\nNode ${process.version}, ${platform()} ${arch()}, ${processors}, load average ${loadavg()[0].toFixed(1)}`,
  );
}

function storeRow({ name, visitor, cpuRatio, cpuSpread, cpu, servedRatio, servedSpread, served, perSecondRatio, p99 }) {
  const inProcess = [two(cpuRatio), two(cpuSpread), cpu.toFixed(0)];
  const overConnections = [two(servedRatio), two(servedSpread), served.toFixed(0)];
  return [name, visitor, ...inProcess, ...overConnections, two(perSecondRatio), p99.toFixed(1)];
}

function isNoise({ name }) {
  return Number(name === 'plain Astro again');
}

function requestRow({ name, visitor, cpuRatio, cpuSpread, cpu, perSecondRatio, perSecond, p99 }) {
  return [
    name,
    visitor,
    two(cpuRatio),
    two(cpuSpread),
    cpu.toFixed(0),
    two(perSecondRatio),
    perSecond.toFixed(0),
    p99.toFixed(1),
  ];
}

function partRows({ rules, sessions, memory }) {
  const micro = (value) => `${value.toFixed(value < 10 ? 2 : 0)} µs`;
  return [
    ['paths of 16 KiB against sets of up to 10,000 rules', rules.fuzz.pairs.toLocaleString('en')],
    ['  the slowest', `${two(rules.fuzz.worst)} ms`],
    [`  again: node bench/fuzz-paths.mjs ${rules.fuzz.worstCase}`, ''],
    ['  99 of 100 within', `${two(rules.fuzz.p99)} ms`],
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
  ];
}

function limitRow({ what, figure, limit, isMet }) {
  return [what, two(figure), limit, isMet ? 'met' : 'MISSED'];
}

function printTable(title, rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  '),
  );
  console.log(`\n${title}\n${lines.map((line) => `  ${line.trimEnd()}`).join('\n')}`);
}

function two(value) {
  return value.toFixed(2);
}

function kib(bytes) {
  return (bytes / 1024).toFixed(0);
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
