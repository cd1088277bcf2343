import { describe, expect, it } from '@jest/globals';
import { answersLater, forget, isPromise } from '../../lib/session/promised.js';

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
