import { type Figures, isOurs, PEER, PLAIN_AGAIN, type RequestFigures } from './figures.ts';
import { CPU } from './limits.ts';
import { signed } from './tables.ts';

const PANELS = [
  { visitor: 'anonymous', title: 'Anonymous: a public page, no cookie' },
  { visitor: 'signed in', title: 'Signed in: a page whose rule looks at the session' },
  { visitor: 'refused', title: 'Refused: a redirect, against the page of plain Astro' },
];
/** What is drawn of each panel, from above. */
const NAMES = [PLAIN_AGAIN, ...Object.keys(CPU), PEER, 'raw iron-session'];

const WIDTH = 760;
const LEFT = 172;
const RIGHT = 596;
const RATIO_END = 652;
const OVER_END = 740;
const HEAD = 62;
const PANEL_HEAD = 34;
const ROW = 22;
/** Between two lines of the grid, and from how wide a range on they would stand too close. */
const [FINE, COARSE, WIDE] = [0.2, 0.5, 2.4];

const STYLE = `
    text { font: 13px system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; fill: #1f2328; }
    .head { font-size: 16px; font-weight: 600; }
    .panel { font-weight: 600; }
    .note { font-size: 12px; fill: #59636e; }
    .end { text-anchor: end; font-variant-numeric: tabular-nums; }
    .middle { text-anchor: middle; }
    .surface { fill: #ffffff; stroke: #d1d9e0; }
    .grid { stroke: #e6eaef; }
    .one { stroke: #59636e; }
    .limit { stroke: #cf222e; stroke-width: 2; }
    .ours { fill: #0969da; stroke: #0969da; }
    .peer { fill: #9a6700; stroke: #9a6700; }
    .noise { fill: #6e7781; stroke: #6e7781; }
    .range { stroke-width: 3; stroke-opacity: 0.45; stroke-linecap: round; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .note { fill: #9198a1; }
      .surface { fill: #0d1117; stroke: #3d444d; }
      .grid { stroke: #262c36; }
      .one { stroke: #9198a1; }
      .limit { stroke: #ff7b72; }
      .ours { fill: #58a6ff; stroke: #58a6ff; }
      .peer { fill: #e3b341; stroke: #e3b341; }
      .noise { fill: #8b949e; stroke: #8b949e; }
    }`;

/** Draws the CPU of a request against plain Astro, as SVG for light and for dark pages. */
export function drawChart({ requests, machine }: Figures): string {
  const panels = PANELS.map((panel) => ({
    ...panel,
    rows: NAMES.flatMap((name) => requests.find((row) => row.name === name && row.visitor === panel.visitor) ?? []),
  }));
  const scale = new Scale(panels.flatMap(({ rows }) => rows));
  let y = HEAD;
  const drawn = panels.map(({ title, rows }) => {
    const panel = drawPanel(title, rows, scale, y);
    y += PANEL_HEAD + rows.length * ROW;
    return panel;
  });
  const height = y + 64;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc">
  <title id="title">CPU of a request, as a ratio to plain Astro</title>
  <desc id="desc">${escaped(panels.map(({ visitor, rows }) => described(visitor, rows)).join(' '))}</desc>
  <style>${STYLE}
  </style>
  <rect class="surface" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>
  <text class="head" x="20" y="30">CPU of a request, as a ratio to plain Astro</text>
  <text class="note" x="20" y="${HEAD - 12}">1.0 is plain Astro; less is better</text>
  <text class="note end" x="${RATIO_END}" y="${HEAD + 20}">ratio</text>
  <text class="note end" x="${OVER_END}" y="${HEAD + 20}">µs over plain</text>
${drawn.join('\n')}
${drawAxis(scale, y)}
${drawLegend(y + 46)}
  <text class="note end" x="${WIDTH - 20}" y="${y + 50}">${escaped(`Node ${machine.node}, ${machine.date.slice(0, 10)}`)}</text>
</svg>
`;
}

/** From ratios to where they stand. */
class Scale {
  readonly ticks: readonly number[];

  constructor(rows: readonly RequestFigures[]) {
    const lowest = Math.min(1, ...rows.map(({ served }) => served.ratio.low));
    const highest = Math.max(1, ...rows.map(({ served }) => served.ratio.high));
    const step = highest - lowest > WIDE ? COARSE : FINE;
    const first = Math.floor(lowest / step);
    const last = Math.ceil(highest / step);
    this.ticks = Array.from({ length: last - first + 1 }, (_, at) => (first + at) * step);
  }

  x(ratio: number): string {
    const [first = 0, last = 1] = [this.ticks[0], this.ticks.at(-1)];
    return (LEFT + ((ratio - first) / (last - first)) * (RIGHT - LEFT)).toFixed(1);
  }
}

function drawPanel(title: string, rows: readonly RequestFigures[], scale: Scale, top: number): string {
  const bottom = top + PANEL_HEAD + rows.length * ROW;
  const grid = scale.ticks.map((tick) => {
    const x = scale.x(tick);
    return `  <line class="${tick.toFixed(1) === '1.0' ? 'one' : 'grid'}" x1="${x}" x2="${x}" y1="${top + PANEL_HEAD - 6}" y2="${bottom - 4}"/>`;
  });
  return [
    `  <text class="panel" x="20" y="${top + 20}">${escaped(title)}</text>`,
    ...grid,
    ...rows.map((row, at) => drawRow(row, scale, top + PANEL_HEAD + at * ROW + ROW / 2 - 2)),
  ].join('\n');
}

function drawRow({ name, visitor, served: { ratio, over } }: RequestFigures, scale: Scale, y: number): string {
  const kind = name === PLAIN_AGAIN ? 'noise' : isOurs({ name }) ? 'ours' : 'peer';
  const [low, middle, high] = [ratio.low, ratio.median, ratio.high].map((value) => scale.x(value));
  const limit = CPU[name]?.[visitor];
  return [
    `  <text x="36" y="${y + 4.5}">${escaped(name)}</text>`,
    `  <line class="${kind} range" x1="${low}" x2="${high}" y1="${y}" y2="${y}"/>`,
    ...(limit ? [drawLimit(scale.x(limit), y)] : []),
    `  <circle class="${kind}" cx="${middle}" cy="${y}" r="4"/>`,
    `  <text class="end" x="${RATIO_END}" y="${y + 4.5}">${ratio.median.toFixed(2)}</text>`,
    `  <text class="end" x="${OVER_END}" y="${y + 4.5}">${signed(over)}</text>`,
  ].join('\n');
}

function drawLimit(x: string, y: number): string {
  return `  <line class="limit" x1="${x}" x2="${x}" y1="${y - 7}" y2="${y + 7}"/>`;
}

function drawAxis(scale: Scale, y: number): string {
  return scale.ticks
    .map((tick) => `  <text class="note middle" x="${scale.x(tick)}" y="${y + 10}">${tick.toFixed(1)}</text>`)
    .join('\n');
}

function drawLegend(y: number): string {
  return `  <line class="ours range" x1="22" x2="50" y1="${y}" y2="${y}"/>
  <circle class="ours" cx="36" cy="${y}" r="4"/>
  <text class="note" x="60" y="${y + 4}">median, and the middle half of all rounds</text>
${drawLimit('336', y)}
  <text class="note" x="346" y="${y + 4}">limit</text>`;
}

function described(visitor: string, rows: readonly RequestFigures[]): string {
  return `${visitor}: ${rows.map(({ name, served }) => `${name} ${served.ratio.median.toFixed(2)}`).join('; ')}.`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
