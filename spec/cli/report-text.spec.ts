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
  it('is a table, with what it cannot tell below it', () => {
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

describe('A report as data', () => {
  it('has one entry to a line, and is read back as it was', () => {
    const text = asJson(REPORT);
    expect(text.split('\n').filter((line) => line.includes('"kind"'))).toHaveLength(2);
    expect(fromJson(text)).toEqual(REPORT);
    expect(fromJson(asJson({ entries: [], notes: [] }))).toEqual({ entries: [], notes: [] });
  });

  it.each(['', '[]', '{}', 'null', '{"entries":{},"notes":[]}'])('is not %j', (text) => {
    expect(() => fromJson(text)).toThrow();
  });
});

describe('Two reports', () => {
  it('are told apart by the lines that only one of them has, those of one path side by side', () => {
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

  it('have nothing between them when they are the same', () => {
    expect(differences(REPORT, fromJson(asJson(REPORT)))).toEqual([]);
  });
});
