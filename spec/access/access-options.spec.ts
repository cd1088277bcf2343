import { describe, expect, it } from '@jest/globals';
import { AccessConfig } from '../../lib/access/access-options.js';

describe('The access options', () => {
  it('are all left out by default', () => {
    expect(new AccessConfig()).toEqual({ getRole: undefined, getPermissions: undefined, check: undefined });
  });

  it('are handed on as they are given', () => {
    const options = { getRole: () => 'admin', getPermissions: () => [], check: () => true };
    expect(new AccessConfig(options)).toEqual(options);
  });
});
