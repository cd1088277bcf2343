import { describe, expect, it } from '@jest/globals';
import { SECTIONS } from '../../../lib/cli/doctor/finding.js';
import { Document } from '../../support/documents.js';

describe('The sections that findings lead to', () => {
  it.each(Object.values(SECTIONS))('has %s', (section) => {
    const [file = '', anchor = ''] = section.split('#');
    expect(new Document(file).anchors).toContain(anchor);
  });
});
