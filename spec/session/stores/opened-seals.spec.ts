import { describe, expect, it } from '@jest/globals';
import { OpenedSeals } from '../../../lib/session/stores/opened-seals.js';

describe('The seals opened lately', () => {
  it('are remembered with what was in them', () => {
    const seals = new OpenedSeals();
    seals.add('first', 'one');
    seals.add('second', 'two');
    expect(seals.get('first')).toBe('one');
    expect(seals.get('second')).toBe('two');
    expect(seals.get('third')).toBeUndefined();
  });

  it('lose the one that was used longest ago when there are too many', () => {
    const seals = new OpenedSeals(2);
    seals.add('first', 'one');
    seals.add('second', 'two');
    seals.get('first');
    seals.add('third', 'three');
    expect(seals.get('second')).toBeUndefined();
    expect(seals.get('first')).toBe('one');
    expect(seals.get('third')).toBe('three');
  });

  it('hold no more characters than they may', () => {
    const seals = new OpenedSeals(100, 20);
    seals.add('aaaa', '123456');
    seals.add('bbbb', '123456');
    seals.add('cccc', '123456');
    expect(seals.get('aaaa')).toBeUndefined();
    expect(seals.get('bbbb')).toBe('123456');
    expect(seals.get('cccc')).toBe('123456');
  });

  it('count a seal that is added again only once', () => {
    const seals = new OpenedSeals(2, 20);
    seals.add('aaaa', '123456');
    seals.add('bbbb', '123456');
    seals.add('bbbb', '654321');
    expect(seals.get('aaaa')).toBe('123456');
    expect(seals.get('bbbb')).toBe('654321');
  });

  it('do not keep one that is too large by itself', () => {
    const seals = new OpenedSeals(100, 20);
    seals.add('aaaa', 'x'.repeat(50));
    expect(seals.get('aaaa')).toBeUndefined();
    seals.add('bbbb', '123456');
    expect(seals.get('bbbb')).toBe('123456');
  });

  it('make room when one is deleted', () => {
    const seals = new OpenedSeals(100, 20);
    seals.add('aaaa', '123456');
    seals.add('bbbb', '123456');
    seals.delete('aaaa');
    seals.delete('unknown');
    seals.add('cccc', '123456');
    expect(seals.get('aaaa')).toBeUndefined();
    expect(seals.get('bbbb')).toBe('123456');
    expect(seals.get('cccc')).toBe('123456');
  });
});
