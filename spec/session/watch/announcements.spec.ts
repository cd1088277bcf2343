import { describe, expect, it } from '@jest/globals';
import { SessionManager } from '../../../lib/session/manager/session-manager.js';
import { draftOf, type Session } from '../../../lib/session/session.js';
import { SessionConfig } from '../../../lib/session/session-config.js';
import { MemorySessionStore } from '../../../lib/session/stores/memory-session-store.js';
import { sessionChannel } from '../../../lib/session/watch/session-channel.js';
import { FakeCookieJar } from '../../support/fake-cookie-jar.js';
import { FrozenClock } from '../../support/frozen-clock.js';

const signIn = (session: Session) => draftOf(session).signIn({ userId: 'ada' }, new FrozenClock().now());

/** An application, and the cookies of Ada, who has signed in. */
async function start() {
  const clock = new FrozenClock();
  const config = SessionConfig.from({}, { isProduction: false });
  const manager = SessionManager.over(new MemorySessionStore(config, clock), config, clock);
  const visit = async (cookies: FakeCookieJar, act: (session: Session) => unknown) => {
    const session = await manager.open(cookies);
    act(session);
    await manager.commit(session, cookies);
    return cookies.next();
  };
  return { manager, visit, cookies: await visit(new FakeCookieJar(), signIn) };
}

/** Returns the news of a session of Ada that a request changes. */
async function newsOf(page: (session: Session) => unknown): Promise<readonly string[]> {
  const { manager, visit, cookies } = await start();
  const { id } = await manager.open(cookies);
  const heard: string[] = [];
  const stop = sessionChannel.listen(id, ['ada'], (news) => heard.push(news));
  const next = await visit(cookies, page);
  if (!heard.includes('ended')) await visit(next, (session) => session.destroy());
  stop();
  return heard;
}

describe('The requests of a session announce to open connections', () => {
  it.each<[string, (session: Session) => unknown, string[]]>([
    ['its end', (session) => session.destroy(), ['ended']],
    ['a change, and its end', (session) => session.set('cart', 1), ['changed', 'ended']],
    ['another id, and its end under that', (session) => session.regenerate(), ['changed', 'ended']],
    ['a sign-in', signIn, ['ended']],
    ['another user', (session) => draftOf(session).updateVisitor({ userId: 'bob' }), ['ended']],
    ['that it was emptied', (session) => session.clear(), ['ended']],
    ['nothing that is only read, and its end', (session) => session.get('cart'), ['ended']],
  ])('%s', async (_, page, expected) => {
    expect(await newsOf(page)).toEqual(expected);
  });

  it('that the session may have ended, by a sign-out with an id from before theirs', async () => {
    const { manager, visit, cookies } = await start();
    const next = await visit(cookies, signIn);
    const heard: string[] = [];
    const stop = sessionChannel.listen((await manager.open(next)).id, ['ada'], (news) => heard.push(news));
    await visit(cookies, (session) => session.destroy());
    stop();
    expect(heard).toEqual(['changed']);
    expect((await manager.open(next)).isNew).toBe(true);
  });
});
