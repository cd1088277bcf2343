import { describe, expect, it } from '@jest/globals';
import { type Finding, findingsAsJson, findingsAsText, SECTIONS } from '../../../lib/cli/doctor/findings.js';
import { Document } from '../../support/documents.js';

describe('The sections of the documentation', () => {
  it.each(Object.values(SECTIONS))('include %s', (section) => {
    const [file = '', anchor = ''] = section.split('#');
    expect(new Document(file).anchors).toContain(anchor);
  });
});

const DANGER: Finding = { code: 'A', level: 'danger', problem: 'One\n  - two', cure: 'Mend it', see: 'csrf' };
const NOTE: Finding = { code: 'B', level: 'note', problem: 'So', cure: 'Look', see: 'stores' };

describe('Findings', () => {
  it('are printed with the cure and the section that explains it, and counted', () => {
    expect(findingsAsText([DANGER, NOTE], 'home')).toBe(`DANGER  One
          - two
        Mend it
        See home/docs/csrf.md#requests-that-other-sites-send

NOTE    So
        Look
        See home/docs/stores.md#stores

danger: 1, advice: 0, note: 1.`);
  });

  it('require no action when there are none, or only notes', () => {
    expect(findingsAsText([], 'home')).toBe('No problems found.');
    expect(findingsAsText([NOTE], 'home')).toMatch(/^NOTE [\s\S]*\n\nNo problems found\.$/);
    expect(findingsAsText([{ ...NOTE, level: 'advice' }], 'home')).toMatch(/\n\ndanger: 0, advice: 1, note: 0\.$/);
  });

  it('are available as JSON', () => {
    const see = 'home/docs/csrf.md#requests-that-other-sites-send';
    expect(JSON.parse(findingsAsJson([DANGER], 'home'))).toEqual({ findings: [{ ...DANGER, see }] });
    expect(JSON.parse(findingsAsJson([], 'home'))).toEqual({ findings: [] });
  });
});
