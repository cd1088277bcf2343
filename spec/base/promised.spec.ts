import { describe, expect, it } from '@jest/globals';
import { andThen, answersLater, firstAnswer, forget, isPromise } from '../../lib/base/promised.js';

describe('A promise', () => {
  it.each<[string, unknown]>([
    ['a promise', Promise.resolve(1)],
    ['what only has a then()', Object.fromEntries([['then', (done: () => void) => done()]])],
    ['a function that has a then()', Object.assign(() => 1, Object.fromEntries([['then', () => 1]]))],
  ])('is %s', (_, value) => {
    expect(isPromise(value)).toBe(true);
  });

  it.each([undefined, null, 'then', 1, {}, Object.fromEntries([['then', 1]]), () => 1])('is not %p', (value) => {
    expect(isPromise(value)).toBe(false);
  });

  it('may fail without anybody hearing of it, once it is forgotten', async () => {
    const heard: unknown[] = [];
    const hear = (error: unknown) => heard.push(error);
    process.on('unhandledRejection', hear);
    forget(Promise.reject(new Error('unheard')));
    await new Promise((wake) => setTimeout(wake, 5));
    process.off('unhandledRejection', hear);
    expect(heard).toEqual([]);
  });
});

describe('A function that answers later', () => {
  it.each<[string, unknown]>([
    ['async', async () => 1],
    ['an async method', { async ask() {} }.ask],
    ['a generator', function* () {}],
    ['an async generator', async function* () {}],
  ])('is %s', (_, value) => {
    expect(answersLater(value)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['an ordinary one', () => 1],
    ['a class', class {}],
    ['a promise', Promise.resolve()],
    ['nothing', undefined],
  ])('is not %s', (_, value) => {
    expect(answersLater(value)).toBe(false);
  });
});

describe('What goes on after a value', () => {
  it('does so at once where the value is there, and later where it is promised', async () => {
    expect(andThen(1, (value) => value + 1)).toBe(2);
    const later = andThen(Promise.resolve(1), (value) => value + 1);
    expect(later).toBeInstanceOf(Promise);
    expect(await later).toBe(2);
    await expect(andThen(Promise.reject(new Error('no')), () => 1)).rejects.toThrow('no');
  });
});

describe('The first answer', () => {
  it('is that of the first item that has one, at once where nobody has to be waited for', async () => {
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

  it('may be that of an item which is added while others are asked', async () => {
    const items = new Map([[1, 'one']]);
    const answer = await firstAnswer(items, async ([number]) => {
      items.set(number + 1, 'more');
      return number === 3 ? 'three' : undefined;
    });
    expect(answer).toBe('three');
  });
});
