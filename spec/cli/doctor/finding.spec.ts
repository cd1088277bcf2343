import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SECTIONS } from '../../../lib/cli/doctor/finding.js';

const README = readFileSync(resolve(import.meta.dirname, '../../../README.md'), 'utf8');
/** As GitHub and npm make them of headings. */
const ANCHORS = [...README.matchAll(/^#{2,4} (.+)$/gm)].map(([, title = '']) =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-'),
);

describe('The sections that findings lead to', () => {
  it.each(Object.values(SECTIONS))('has %s in the README', (anchor) => {
    expect(ANCHORS).toContain(anchor);
  });
});
