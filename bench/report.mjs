import { judge } from './limits.ts';
import {
  aligned,
  limitTable,
  lookupTable,
  partTable,
  requestTable,
  startTable,
  storeTable,
  unusedTable,
} from './tables.ts';

/** Prints everything that a run found, and which limits it missed. */
export function printReport(figures) {
  const { machine, start, parts } = figures;
  const { node, platform, cores, processor, load } = machine;
  const limits = judge(figures);
  const tables = [
    requestTable(figures),
    unusedTable(figures),
    storeTable(figures),
    ...(start ? [startTable(start)] : []),
    ...(parts ? [lookupTable(parts), partTable(parts)] : []),
    limitTable(limits),
  ];
  console.log(`\nNode ${node}, ${platform}, ${cores} × ${processor}, load average ${load.toFixed(1)}`);
  for (const table of tables) console.log(`\n${aligned(table)}`);
  const missed = limits.filter(({ isMet }) => !isMet);
  const names = missed.map(({ what }) => `\n  ${what}`).join('');
  console.log(`\n${limits.length - missed.length} of ${limits.length} limits are met.${names && ` Missed:${names}`}`);
}
