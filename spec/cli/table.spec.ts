import { describe, expect, it } from '@jest/globals';
import { alignedRows } from '../../lib/cli/table.js';

describe('A table', () => {
  it('has columns that are as wide as their widest cell, and no spaces at the end of a line', () => {
    expect(
      alignedRows([
        ['PATH', 'WHO'],
        ['/team', 'signed in'],
        ['/', ''],
      ]),
    ).toEqual(['PATH   WHO', '/team  signed in', '/']);
  });

  it('may have no rows', () => {
    expect(alignedRows([])).toEqual([]);
  });
});
