import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { drawChart } from './chart.ts';
import type { Figures } from './figures.ts';
import { judge } from './limits.ts';
import { limitTable, markdown, requestTable, startTable, storeTable, unusedTable } from './tables.ts';

const ROOT = resolve(import.meta.dirname, '..');
/** The figures that the documentation shows. */
export const DOCUMENTED = resolve(ROOT, 'bench/results/documented.json');
/** The figures of its table of stores, which may be those of another run. */
export const DOCUMENTED_STORES = resolve(ROOT, 'bench/results/stores.json');
export const PAGE = resolve(ROOT, 'docs/performance.md');
export const CHART = resolve(ROOT, 'docs/images/performance.svg');

/** Puts the figures of a run into the documentation: the page's tables, and its chart. */
export function renewDocumentation(figures: Figures): void {
  if (!figures.start || !figures.parts) throw new Error('The documentation shows a whole run: leave out --requests.');
  writeFileSync(DOCUMENTED, asText(figures));
  writeFileSync(CHART, drawChart(figures));
  renewStores(figures);
}

/** Puts the table of stores of a run into the documentation, and leaves the others as they are. */
export function renewStores({ machine, effort, requests }: Figures): void {
  writeFileSync(DOCUMENTED_STORES, asText({ machine, effort, requests }));
  const [figures, stores] = [DOCUMENTED, DOCUMENTED_STORES].map((file) => JSON.parse(readFileSync(file, 'utf8')));
  writeFileSync(PAGE, withTables(readFileSync(PAGE, 'utf8'), figures, stores));
}

/** Figures as they are kept in a file. */
export function asText(figures: Figures): string {
  return `${JSON.stringify(figures, null, 2)}\n`;
}

/** Rounds to more digits than can be trusted, so that what is kept in a file and what is shown are the same. */
export function rounded(figures: Figures): Figures {
  return JSON.parse(JSON.stringify(figures), (_key, value) =>
    typeof value === 'number' ? Number(value.toFixed(4)) : value,
  );
}

/** Puts a table of the figures, or of those of the stores, between `<!-- its name -->` and `<!-- end -->`, wherever that stands. */
export function withTables(page: string, figures: Figures, stores: Figures): string {
  const pieces: Record<string, string> = {
    machine: machineOf(figures),
    requests: markdown(requestTable(figures)),
    unused: markdown(unusedTable(figures)),
    stores: `${markdown(storeTable(stores))}\n\n${machineOf(stores)}`,
    start: figures.start ? markdown(startTable(figures.start)) : '',
    limits: markdown(limitTable(judge(figures))),
  };
  return page.replace(/<!-- (\w+) -->\n[\s\S]*?<!-- end -->/g, (piece, name: string) =>
    name in pieces ? `<!-- ${name} -->\n\n${pieces[name]}\n\n<!-- end -->` : piece,
  );
}

function machineOf({ machine, effort }: Figures): string {
  const { node, platform, processor, cores, versions } = machine;
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `Measured on ${machine.date.slice(0, 10)}: Node ${node}, ${platform}, ${cores} × ${processor}, load average ${machine.load.toFixed(1)}; ${programs.join(', ')}.
${effort.sittings} × ${effort.rounds} rounds of ${effort.slice} requests of each kind.`;
}
