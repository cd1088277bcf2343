import { describe, expect, it } from '@jest/globals';
import { checkTypes } from '../../../lib/cli/doctor/check-types.js';
import { healthy } from '../../support/doctor-facts.js';

describe('The check of types', () => {
  it('names the files in which a decorator is not known, and the flag', () => {
    const [finding] = checkTypes(healthy({ unknownDecorators: ['src/cart.ts', 'src/shop.ts'] }));
    expect(finding).toMatchObject({ code: 'DECORATORS_UNKNOWN', level: 'advice' });
    expect(finding?.problem.startsWith('src/cart.ts, src/shop.ts: ')).toBe(true);
    expect(finding?.cure).toContain('"experimentalDecorators": true');
    expect(checkTypes(healthy())).toEqual([]);
  });
});
