import { describe, expect, it } from '@jest/globals';
import { SessionId } from '../../../lib/session/record/session-id.js';
import { SessionChannel } from '../../../lib/session/watch/session-channel.js';

function start() {
  const channel = new SessionChannel();
  const [id, other] = [SessionId.generate(), SessionId.generate()];
  const heard: string[] = [];
  const stop = channel.listen(id, ['ada'], (news) => heard.push(news));
  return { channel, id, other, heard, stop };
}

describe('The channel of sessions', () => {
  it('tells the news of one session, by its id or the key of any store, and of its user', () => {
    const { channel, id, other, heard } = start();
    channel.announce(id, 'changed');
    channel.announceKey(SessionId.fingerprint(id), 'ended');
    channel.announceKey(SessionId.fingerprint(id).slice(0, 32), 'ended');
    channel.announceUser('ada');
    expect(heard).toEqual(['changed', 'ended', 'ended', 'changed']);
    channel.announce(other, 'ended');
    channel.announceUser('bob');
    expect(heard).toHaveLength(4);
  });

  it('tells the news of a session under its next ids as well', () => {
    const { channel, id, other, heard } = start();
    channel.announceMove(id, other);
    const third = SessionId.generate();
    channel.announceMove(other, third);
    channel.announce(third, 'ended');
    expect(heard).toEqual(['changed', 'changed', 'ended']);
  });

  it('tells nothing to who has stopped listening, also under another id', () => {
    const { channel, id, other, heard, stop } = start();
    channel.announceMove(id, other);
    stop();
    for (const each of [id, other]) channel.announce(each, 'ended');
    channel.announceUser('ada');
    expect(heard).toEqual(['changed']);
  });

  it('records the news that arrives while a session is being read, and an end before anything else', async () => {
    const { channel, id, other } = start();
    const { result, news } = await channel.during(async () => {
      channel.announce(other, 'ended');
      channel.announce(other, 'changed');
      channel.announceUser('bob');
      return 'read';
    });
    expect([result, news.of(other, ['ada']), news.of(id, ['bob']), news.of(id, [])]).toEqual([
      'read',
      'ended',
      'changed',
      undefined,
    ]);
    channel.announce(id, 'ended');
    expect(news.of(id, [])).toBeUndefined();
  });
});
