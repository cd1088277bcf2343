import { describe, expect, it } from '@jest/globals';
import { AccessConfig, type AccessOptions } from '../../lib/access/access-options.js';
import { UserReloads } from '../../lib/access/user-reloads.js';
import type { VisitorData } from '../../lib/access/visitor.js';
import { FrozenClock } from '../support/frozen-clock.js';
import { sessionOf } from '../support/sessions.js';

function start(reload: NonNullable<AccessOptions['reload']>, revalidate = 0) {
  const clock = new FrozenClock();
  let count = 0;
  const counted = (data: VisitorData) => {
    count += 1;
    return reload(data);
  };
  const reloads = new UserReloads(new AccessConfig({ reload: counted, revalidate }), clock);
  /** Returns the user that a new request finds. */
  const request = (data: VisitorData) => reloads.today(sessionOf(data), data);
  return { clock, reloads, request, asked: () => count };
}

const ADA = { userId: 'ada', role: 'admin', permissions: ['all'], theme: 'dark' };

describe('A reloaded user', () => {
  it('has the reloaded data, and no roles from the session', async () => {
    const { request } = start(() => ({ role: 'reader' }));
    expect(await request(ADA)).toEqual({ userId: 'ada', role: 'reader', theme: 'dark' });
    expect(await start(() => ({})).request(ADA)).toEqual({ userId: 'ada', theme: 'dark' });
  });

  it('keeps the user id', async () => {
    expect(await start(() => ({ userId: 'bob', theme: 'light' })).request(ADA)).toEqual({
      userId: 'ada',
      theme: 'light',
    });
  });

  it('may no longer exist', async () => {
    expect(await start(() => null).request(ADA)).toBeNull();
  });

  it.each([
    ['undefined', () => undefined as never],
    ['a string', () => 'admin' as never],
    ['a list', () => [] as never],
    ['an error', () => Promise.reject(new Error('away'))],
  ])('is rejected where reload returns %s', async (_, reload) => {
    await expect(start(reload).request(ADA)).rejects.toThrow();
  });

  it('is loaded once per request, and again in the next request', async () => {
    const { reloads, request, asked } = start(() => ({ role: 'reader' }));
    const session = sessionOf(ADA);
    await Promise.all([reloads.today(session, ADA), reloads.today(session, ADA)]);
    await reloads.today(session, { ...ADA, theme: 'light' });
    expect(asked()).toBe(1);
    await request(ADA);
    expect(asked()).toBe(2);
  });

  it('has the role that the application sets during the request', async () => {
    const { reloads } = start(() => ({ role: 'reader' }));
    const session = sessionOf(ADA);
    await reloads.today(session, ADA);
    expect(await reloads.today(session, { ...ADA, role: 'editor' })).toMatchObject({ role: 'editor' });
  });

  it('keeps all other reloaded data where the application sets only a part during the request', async () => {
    const { reloads } = start(() => ({ role: 'reader', team: 'blue' }));
    const session = sessionOf(ADA);
    await reloads.today(session, ADA);
    const expected = { userId: 'ada', role: 'reader', team: 'blue', theme: 'dark', email: 'ada@site.example' };
    expect(await reloads.today(session, { ...ADA, email: 'ada@site.example' })).toEqual(expected);
    expect(await reloads.today(session, { ...ADA, role: undefined })).toMatchObject({ role: undefined });
  });

  it('remains unknown, whatever part the application sets', async () => {
    const { reloads } = start(() => Promise.reject(new Error('away')));
    const session = sessionOf(ADA);
    await expect(reloads.today(session, ADA)).rejects.toThrow('away');
    await expect(reloads.today(session, { ...ADA, email: 'ada@site.example' })).rejects.toThrow('away');
  });

  it.each<[string, VisitorData, VisitorData | null]>([
    ['another user', ADA, { role: 'reader' } as never],
    ['a user who no longer exists', { ...ADA, userId: 'bob' }, null],
  ])('is the user whom the application signs in during the request, even after %s', async (_, before, found) => {
    const { reloads } = start(() => found);
    const session = sessionOf(before);
    await reloads.today(session, before);
    const signedIn = { userId: 'bob', role: 'editor' };
    expect(await reloads.today(session, signedIn)).toEqual(signedIn);
  });
});

describe('A reload', () => {
  it('is valid for the configured time, for every session of the user', async () => {
    const { clock, request, asked } = start(() => ({ role: 'reader' }), 60);
    await Promise.all([request(ADA), request({ ...ADA, theme: 'light' })]);
    clock.advance(59);
    await request(ADA);
    expect(asked()).toBe(1);
    await request({ userId: 'bob' });
    expect(asked()).toBe(2);
    clock.advance(1);
    await request(ADA);
    expect(asked()).toBe(3);
  });

  it('is no longer valid once the application changes the user', async () => {
    const { reloads, request, asked } = start(() => ({ role: 'reader' }), 60);
    const session = sessionOf(ADA);
    await reloads.today(session, ADA);
    await reloads.today(session, { ...ADA, role: 'editor' });
    await request(ADA);
    expect(asked()).toBe(2);
  });

  it('is repeated after a failure', async () => {
    let isAway = true;
    const { request } = start(() => (isAway ? Promise.reject(new Error('away')) : { role: 'reader' }), 60);
    await expect(request(ADA)).rejects.toThrow('away');
    isAway = false;
    expect(await request(ADA)).toMatchObject({ role: 'reader' });
  });

  it('is remembered for ten thousand users at most', async () => {
    const { request, asked } = start(() => ({}), 60);
    for (let user = 0; user <= 10_000; user++) await request({ userId: `${user}` });
    await request({ userId: '10000' });
    expect(asked()).toBe(10_001);
    await request({ userId: '0' });
    expect(asked()).toBe(10_002);
  });
});
