// Writes the table of docs/deploy.md from the results of npm run test:platforms:
//   npm run test:platforms -- --json --outputFile=.apps/platforms.json && node scripts/platform-table.mjs .apps/platforms.json
import { readFileSync, writeFileSync } from 'node:fs';

const STORES = ['cookie', 'memory', 'sqlite', 'postgres', 'redis', 'astro', 'D1', 'Upstash'];
const PAGE = new URL('../docs/deploy.md', import.meta.url);
const [BEGIN, END] = ['<!-- platforms: written by scripts/platform-table.mjs -->\n', '<!-- end -->'];

/** Cells by platform and store. */
const platforms = new Map();
const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
for (const { ancestorTitles, title, status } of testResults.flatMap(({ assertionResults }) => assertionResults)) {
  const titles = [...ancestorTitles, title].join(' ');
  const [, name] = / (?:on|installed by) (.*?) (?:with|refuses) sessions in /.exec(titles) ?? [];
  const [, store] = / sessions in (\w+)/.exec(titles) ?? [];
  if (name === undefined || store === undefined) continue;
  const cells = platforms.get(name) ?? {};
  platforms.set(name, cells);
  const good = titles.includes(' refuses ') ? 'refused' : 'yes';
  cells[store] = status === 'passed' && cells[store] !== 'fails' ? good : 'fails';
}

const row = (cells) => `| ${cells.join(' | ')} |\n`;
const table = [
  row(['', ...STORES.map((store) => (/^[A-Z]/.test(store) ? store : `\`${store}\``))]),
  row(['', ...STORES].map(() => '---')),
  ...[...platforms].map(([name, cells]) => row([name, ...STORES.map((store) => cells[store] ?? '')])),
].join('');
const text = readFileSync(PAGE, 'utf8');
const [before, rest] = text.split(BEGIN);
if (rest === undefined) throw new Error(`docs/deploy.md has no place for the table: ${BEGIN}`);
writeFileSync(PAGE, `${before}${BEGIN}\n${table}\n${rest.slice(rest.indexOf(END))}`);
