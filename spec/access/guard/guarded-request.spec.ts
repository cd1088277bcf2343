import { describe, expect, it } from '@jest/globals';
import { clientAddressOf } from '../../../lib/access/guard/guarded-request.js';

describe('The address of a client', () => {
  it('is what Astro vouches for, and unknown where Astro knows none', () => {
    expect(clientAddressOf({ clientAddress: '192.0.2.7' })).toBe('192.0.2.7');
    const ofAdapterWithout = {
      get clientAddress(): string {
        throw new Error('the adapter knows no addresses');
      },
    };
    expect(clientAddressOf(ofAdapterWithout)).toBeUndefined();
  });
});
