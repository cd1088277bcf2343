import { describe, expect, it } from '@jest/globals';
import { andThen, answersLater, firstAnswer, forget, isPromise, whenOver } from '../../lib/base/promised.js';

describe('A promise', () => {
  it.each<[string, unknown]>([
    ['a promise', Promise.resolve(1)],
    ['an object with a then()', Object.fromEntries([['then', (done: () => void) => done()]])],
    ['a function that has a then()', Object.assign(() => 1, Object.fromEntries([['then', () => 1]]))],
  ])('is recognized: %s', (_, value) => {
    expect(isPromise(value)).toBe(true);
  });

  it.each([undefined, null, 'then', 1, {}, Object.fromEntries([['then', 1]]), () => 1])('is not %p', (value) => {
    expect(isPromise(value)).toBe(false);
  });

  it('causes no unhandled rejection when it fails after forget()', async () => {
    const heard: unknown[] = [];
    const hear = (error: unknown) => heard.push(error);
    process.on('unhandledRejection', hear);
    forget(Promise.reject(new Error('unheard')));
    await new Promise((wake) => setTimeout(wake, 5));
    process.off('unhandledRejection', hear);
    expect(heard).toEqual([]);
  });
});

describe('An asynchronous function', () => {
  it.each<[string, unknown]>([
    ['an async function', async () => 1],
    ['an async method', { async ask() {} }.ask],
    ['a generator', function* () {}],
    ['an async generator', async function* () {}],
  ])('is recognized: %s', (_, value) => {
    expect(answersLater(value)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['an ordinary function', () => 1],
    ['a class', class {}],
    ['a promise', Promise.resolve()],
    ['undefined', undefined],
  ])('is not %s', (_, value) => {
    expect(answersLater(value)).toBe(false);
  });
});

describe('andThen()', () => {
  it('continues synchronously with a value, and asynchronously with a promise', async () => {
    expect(andThen(1, (value) => value + 1)).toBe(2);
    const later = andThen(Promise.resolve(1), (value) => value + 1);
    expect(later).toBeInstanceOf(Promise);
    expect(await later).toBe(2);
    await expect(andThen(Promise.reject(new Error('no')), () => 1)).rejects.toThrow('no');
  });
});

describe('firstAnswer()', () => {
  it('returns the first defined answer, synchronously when no promise is involved', async () => {
    const asked: number[] = [];
    const ask = (item: number) => {
      asked.push(item);
      return item > 1 ? `${item}` : undefined;
    };
    expect(firstAnswer([1, 2, 3], ask)).toBe('2');
    expect(asked).toEqual([1, 2]);
    expect(firstAnswer([], ask)).toBeUndefined();
    expect(await firstAnswer([1, 2, 3], async (item) => ask(item))).toBe('2');
  });

  it('also considers items that are added during the search', async () => {
    const items = new Map([[1, 'one']]);
    const answer = await firstAnswer(items, async ([number]) => {
      items.set(number + 1, 'more');
      return number === 3 ? 'three' : undefined;
    });
    expect(answer).toBe('three');
  });
});

describe('whenOver()', () => {
  it('calls the second function when the first one is over, however it ended', async () => {
    const order: string[] = [];
    const act = () => void order.push('over');
    expect(whenOver(() => 1, act)).toBe(1);
    expect(() =>
      whenOver(() => {
        throw new Error('no');
      }, act),
    ).toThrow('no');
    const later = whenOver(async () => 2, act);
    order.push('later');
    expect(await later).toBe(2);
    await expect(whenOver(() => Promise.reject(new Error('no')), act)).rejects.toThrow('no');
    expect(order).toEqual(['over', 'over', 'later', 'over', 'over']);
  });
});
