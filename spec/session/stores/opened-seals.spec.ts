import { describe, expect, it } from '@jest/globals';
import { OpenedSeals } from '../../../lib/session/stores/opened-seals.js';

const holding = (id: string) => ({
  record: { id, createdAt: 0, renewedAt: 0, expiresAt: 1, values: new Map(), flashes: new Map(), identity: [] },
  characters: id.length,
});

describe('The seals opened lately', () => {
  it('are remembered with what was in them', () => {
    const seals = new OpenedSeals();
    seals.add('first', holding('one'));
    seals.add('second', holding('two'));
    expect(seals.get('first')?.record.id).toBe('one');
    expect(seals.get('second')?.record.id).toBe('two');
    expect(seals.get('third')).toBeUndefined();
  });

  it('lose the one that was used longest ago when there are too many', () => {
    const seals = new OpenedSeals(2);
    seals.add('first', holding('one'));
    seals.add('second', holding('two'));
    seals.get('first');
    seals.add('third', holding('three'));
    expect(seals.get('second')).toBeUndefined();
    expect(seals.get('first')?.record.id).toBe('one');
    expect(seals.get('third')?.record.id).toBe('three');
  });

  it('hold no more characters than they may', () => {
    const seals = new OpenedSeals(100, 20);
    seals.add('aaaa', holding('123456'));
    seals.add('bbbb', holding('123456'));
    seals.add('cccc', holding('123456'));
    expect(seals.get('aaaa')).toBeUndefined();
    expect(seals.get('bbbb')?.record.id).toBe('123456');
    expect(seals.get('cccc')?.record.id).toBe('123456');
  });

  it('count a seal that is added again only once', () => {
    const seals = new OpenedSeals(2, 20);
    seals.add('aaaa', holding('123456'));
    seals.add('bbbb', holding('123456'));
    seals.add('bbbb', holding('654321'));
    expect(seals.get('aaaa')?.record.id).toBe('123456');
    expect(seals.get('bbbb')?.record.id).toBe('654321');
  });

  it('do not keep one that is too large by itself', () => {
    const seals = new OpenedSeals(100, 20);
    seals.add('aaaa', holding('x'.repeat(50)));
    expect(seals.get('aaaa')).toBeUndefined();
    seals.add('bbbb', holding('123456'));
    expect(seals.get('bbbb')?.record.id).toBe('123456');
  });

  it('make room when one is deleted', () => {
    const seals = new OpenedSeals(100, 20);
    seals.add('aaaa', holding('123456'));
    seals.add('bbbb', holding('123456'));
    seals.delete('aaaa');
    seals.delete('unknown');
    seals.add('cccc', holding('123456'));
    expect(seals.get('aaaa')).toBeUndefined();
    expect(seals.get('bbbb')?.record.id).toBe('123456');
    expect(seals.get('cccc')?.record.id).toBe('123456');
  });
});
