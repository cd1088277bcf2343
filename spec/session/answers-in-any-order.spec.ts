import { describe, expect, it } from '@jest/globals';
import { draftOf, type Session } from '../../lib/session/session.js';
import { RacedBrowser } from '../support/raced-browser.js';

const SEQUENCES = 150;
const STEPS = 24;
const AT_ONCE = 5;

interface Sent {
  readonly name: string;
  answer(): Promise<unknown>;
}

/** Returns a generator of numbers from 0 up to 1 that are the same for the same seed. */
function numbersFrom(seed: number): () => number {
  let state = seed * 7919;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

function oneOf<Item>(items: readonly Item[], number: number): Item {
  return items[Math.floor(number * items.length)] as Item;
}

/** Sends requests and answers them in random order, until all are answered. */
async function inAnyOrder(
  next: () => number,
  send: (underWay: readonly Sent[]) => Promise<Sent>,
): Promise<readonly string[]> {
  const log: string[] = [];
  const underWay: Sent[] = [];
  const answerOne = async () => {
    const [one] = underWay.splice(Math.floor(next() * underWay.length), 1);
    log.push(`answer to ${one?.name}`);
    await one?.answer();
  };
  for (let step = 0; step < STEPS; step++) {
    if (underWay.length < AT_ONCE && next() < 0.6) {
      const sent = await send(underWay);
      log.push(sent.name);
      underWay.push(sent);
    } else if (underWay.length > 0) await answerOne();
  }
  while (underWay.length > 0) await answerOne();
  return log;
}

describe('A session in the cookie whose responses arrive in any order', () => {
  it('ends with the last sign-in or sign-out and one cookie', async () => {
    for (let seed = 1; seed <= SEQUENCES; seed++) {
      const next = numbersFrom(seed);
      const browser = new RacedBrowser({ cookie: { chunks: seed % 2 === 0 } });
      let count = 0;
      let last: { at: number; userId: string | undefined } = { at: 0, userId: undefined };
      const log = await inAnyOrder(next, async (underWay) => {
        browser.clock.advance(next() * 3);
        count += 1;
        const at = count;
        const request = browser.cookies.next();
        const { userId: before } = (await browser.manager.open(request)).contents() as { userId?: string };
        const sent = await browser.send(request);
        const user = oneOf(['ada', 'grace', 'joan'], next());
        // Two concurrent sign-ins without a previous session cannot be ordered.
        const signsIn = !underWay.some(({ name }) => name.includes('in as')) && next() < 0.3;
        const does = signsIn ? 'in' : oneOf(['out', 'out', 'fill', 'fill', 'regenerate', 'promote', 'nothing'], next());
        const after = does === 'in' ? user : does === 'out' ? undefined : before;
        const page = (session: Session) => {
          if (does === 'in') browser.signIn(user)(session);
          if (does === 'out') session.destroy();
          if (does === 'fill') session.set('cart', 1);
          if (does === 'regenerate') session.regenerate();
          if (does === 'promote' && before) draftOf(session).updateVisitor({ role: 'admin' });
          if (after !== before && at > last.at) last = { at, userId: after };
        };
        return { name: `${at}: ${does}${signsIn ? ` as ${user}` : ''}`, answer: () => sent.answer(page) };
      });
      expect([log, (await browser.found()).userId]).toEqual([log, last.userId]);
      await browser.visit();
      await browser.visit();
      expect([log, browser.cookies.names.slice(1)]).toEqual([log, []]);
      expect([log, (await browser.found()).userId]).toEqual([log, last.userId]);
    }
  });

  it('ends with the role that was set last', async () => {
    for (let seed = 1; seed <= SEQUENCES; seed++) {
      const next = numbersFrom(seed);
      const browser = new RacedBrowser();
      await browser.visit(browser.signIn('ada', 'role 0'));
      let count = 0;
      let last = 0;
      const log = await inAnyOrder(next, async () => {
        browser.clock.advance(1.1 + next() * 2);
        count += 1;
        const at = count;
        const sent = await browser.send();
        const does = oneOf(['role', 'regenerate', 'fill', 'token', 'again', 'same', 'nothing'], next());
        const page = (session: Session) => {
          const { role } = session.contents() as { role: string };
          if (does === 'role') {
            draftOf(session).updateVisitor({ role: `role ${at}` });
            last = Math.max(last, at);
          }
          if (does === 'regenerate') session.regenerate();
          if (does === 'fill') session.set('cart', at);
          if (does === 'token') draftOf(session).updateVisitor({ token: at });
          if (does === 'again') browser.signIn('ada', role)(session);
          if (does === 'same') draftOf(session).updateVisitor({ role });
        };
        return { name: `${at}: ${does}`, answer: () => sent.answer(page) };
      });
      expect([log, (await browser.found()).role]).toEqual([log, `role ${last}`]);
    }
  });
});
