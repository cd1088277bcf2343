import { describe, expect, it } from '@jest/globals';
import { nearestName } from '../../lib/base/nearest-name.js';

const NAMES = ['loginPath', 'homePath', 'protect', 'debug'];

describe('The nearest name', () => {
  it.each([
    ['loginpath', 'loginPath'],
    ['loginPaht', 'loginPath'],
    ['protec', 'protect'],
    ['debugg', 'debug'],
    ['PROTECT', 'protect'],
  ])('of %s is %s', (written, name) => {
    expect(nearestName(written, NAMES)).toBe(name);
  });

  it.each(['path', 'x', 'session', ''])('is undefined for "%s", because no name is similar', (written) => {
    expect(nearestName(written, NAMES)).toBeUndefined();
  });

  it('is not looked for among names that are much shorter or longer, however long the written one is', () => {
    const before = performance.now();
    expect(nearestName('protect'.repeat(1_000_000), NAMES)).toBeUndefined();
    expect(performance.now() - before).toBeLessThan(500);
    expect(nearestName('protect😀', NAMES)).toBe('protect');
  });
});
