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
});
