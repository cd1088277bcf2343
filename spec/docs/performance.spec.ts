import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { drawChart } from '../../bench/chart.js';
import { CHART, DOCUMENTED, DOCUMENTED_STORES, PAGE, withTables } from '../../bench/documentation.js';
import type { Figures } from '../../bench/figures.js';

const figures: Figures = JSON.parse(readFileSync(DOCUMENTED, 'utf8'));
const stores: Figures = JSON.parse(readFileSync(DOCUMENTED_STORES, 'utf8'));
const page = readFileSync(PAGE, 'utf8');
const chart = readFileSync(CHART, 'utf8');

/** Each prints how to renew what is shown: it is made, and not written. */
const RENEW = 'npm run bench -- --from bench/results/documented.json --docs';

describe('The page on performance', () => {
  it('shows the tables of the figures that are kept beside it', () => {
    expect({ renew: RENEW, page }).toEqual({ renew: RENEW, page: withTables(page, figures, stores) });
  });

  it('compares all stores in one run', () => {
    const names = new Set(stores.requests.map(({ name }) => name.replace('gatehouse, ', '')));
    const compared = ['cookie', 'memory', 'sqlite', 'redis', 'postgres', 'unstorage', 'astro'];
    expect(compared.filter((store) => !names.has(store))).toEqual([]);
  });

  it('shows the chart of the same figures', () => {
    expect({ renew: RENEW, chart }).toEqual({ renew: RENEW, chart: drawChart(figures) });
  });

  it('has every table of a whole run', () => {
    expect(Object.keys(figures)).toEqual(expect.arrayContaining(['requests', 'start', 'parts']));
    expect(page.match(/<!-- \w+ -->\n\n\S[\s\S]*?<!-- end -->/g)).toHaveLength(6);
  });
});

describe('The chart', () => {
  it('says in words what it shows', () => {
    expect(chart).toMatch(/<svg [^>]*role="img" aria-labelledby="title desc">/);
    expect(chart).toMatch(/<title id="title">[^<]+<\/title>/);
    expect(chart).toMatch(/<desc id="desc">anonymous: [^<]+ signed in: [^<]+ refused: [^<]+<\/desc>/);
  });

  it('has its words as text, and colors for dark pages', () => {
    for (const name of ['gatehouse, cookie', 'gatehouse, redis', 'astro-sessionkit', 'raw iron-session']) {
      expect(chart).toContain(`>${name}</text>`);
    }
    expect(chart).toContain('@media (prefers-color-scheme: dark)');
    expect(chart).not.toContain('<script');
  });
});
