import { describe, expect, it } from '@jest/globals';
import type { SavedReport } from '../../lib/astro/report/build-channel.js';
import { asJson, asTable, differences, fromJson } from '../../lib/cli/report-text.js';

const REPORT: SavedReport = {
  entries: [
    { kind: 'page', path: '/', file: 'src/pages/index.astro', who: 'everybody', by: '–' },
    { kind: 'endpoint', path: '/api/report', who: 'role admin', by: 'protect[0] of astro.config', methods: ['POST'] },
  ],
  notes: ['access.check decides every rule alone'],
};

describe('A report in a terminal', () => {
  it('is a table, followed by what it cannot show', () => {
    expect(asTable(REPORT)).toBe(
      [
        'PATH         KIND      WHO               BY',
        '/            page      everybody         –',
        '/api/report  endpoint  POST: role admin  protect[0] of astro.config',
        'Not in the table: access.check decides every rule alone.',
      ].join('\n'),
    );
  });
});

describe('A report as JSON', () => {
  it('has one entry per line, and can be read back unchanged', () => {
    const text = asJson(REPORT);
    expect(text.split('\n').filter((line) => line.includes('"kind"'))).toHaveLength(2);
    expect(fromJson(text)).toEqual(REPORT);
    expect(fromJson(asJson({ entries: [], notes: [] }))).toEqual({ entries: [], notes: [] });
  });

  it.each(['', '[]', '{}', 'null', '{"entries":{},"notes":[]}'])('cannot be read from %j', (text) => {
    expect(() => fromJson(text)).toThrow();
  });
});

describe('The comparison of two reports', () => {
  it('lists the lines that only one of them has, sorted by path', () => {
    const [home, report] = REPORT.entries;
    const current = {
      entries: [
        { ...home, who: 'signed in' },
        { ...report, path: '/b' },
      ] as SavedReport['entries'],
      notes: [],
    };
    expect(differences(REPORT, current)).toEqual([
      '- endpoint /api/report: POST: role admin (protect[0] of astro.config)',
      '+ endpoint /b: POST: role admin (protect[0] of astro.config)',
      '- note: access.check decides every rule alone',
      '- page /: everybody (–)',
      '+ page /: signed in (–)',
    ]);
  });

  it('is empty when they are equal', () => {
    expect(differences(REPORT, fromJson(asJson(REPORT)))).toEqual([]);
  });
});
