import { describe, expect, it } from '@jest/globals';
import { MadeClasses } from '../../../lib/session/made-classes.js';
import { Session } from '../../../lib/session/session.js';
import { SessionConfig, type SessionOptions } from '../../../lib/session/session-config.js';
import { SessionId } from '../../../lib/session/session-id.js';
import { SessionManager } from '../../../lib/session/session-manager.js';
import type { SessionRecord } from '../../../lib/session/session-record.js';
import type { SessionStore } from '../../../lib/session/stores/session-store.js';
import { FakeCookieJar } from '../../support/fake-cookie-jar.js';
import { FrozenClock } from '../../support/frozen-clock.js';
import { changesOf } from '../../support/records.js';

const NAME = 'gatehouse';
const HOUR = 60 * 60;

/** What a store under the contract is made with. */
export interface Surroundings {
  config: SessionConfig;
  clock: FrozenClock;
}

/** What a store can do that others cannot. */
export interface Abilities {
  /** Whether it can end a session, and so knows of one that somebody else has ended. */
  endsSessions: boolean;
  /** Whether requests at once lose nothing, be it a change, a sign-out or a message. */
  losesNothing?: boolean;
}

/** An application that keeps its sessions in a store, and the time that passes in it. */
class Application {
  readonly clock = new FrozenClock();
  readonly config: SessionConfig;
  readonly store: SessionStore;
  readonly manager: SessionManager;

  constructor(make: (surroundings: Surroundings) => SessionStore, options: SessionOptions = {}) {
    const times = { idleTimeout: HOUR, absoluteTimeout: 3 * HOUR, renewAfter: HOUR / 6, ...options };
    this.config = SessionConfig.from(times, { isProduction: false });
    this.store = make({ config: this.config, clock: this.clock });
    this.manager = new SessionManager(this.store, this.config, this.clock, new MadeClasses());
  }

  /** One request from cookie to Set-Cookie. */
  async visit(cookies: FakeCookieJar, page: (session: Session) => unknown = () => {}): Promise<FakeCookieJar> {
    const session = await this.manager.open(cookies);
    page(session);
    await this.manager.commit(session, cookies);
    return cookies.next();
  }

  /** What a request with these cookies finds. */
  async find(cookies: FakeCookieJar): Promise<Record<string, unknown>> {
    return (await this.manager.open(cookies)).all();
  }

  /** The cookies of a browser whose session holds these. */
  async visitorWith(values: Record<string, unknown>): Promise<FakeCookieJar> {
    return this.visit(new FakeCookieJar(), (session) => {
      for (const [key, value] of Object.entries(values)) session.set(key, value);
    });
  }

  async tokenOf(values: Record<string, unknown>): Promise<string> {
    return (await this.visitorWith(values)).values(NAME)[0] ?? '';
  }

  /** Writes straight into the store. @returns The token, and the record that it stands for. */
  async write(parts: Parameters<typeof changesOf>[0]): Promise<{ token: string; record: SessionRecord }> {
    const now = this.clock.now();
    const times = { createdAt: now, renewedAt: now, expiresAt: now + HOUR * 1000 };
    const token = await this.store.write(changesOf({ ...times, ...parts }));
    const record = token === undefined ? undefined : await this.store.read(token);
    if (token === undefined || !record) throw new Error('The store did not keep what was written.');
    return { token, record };
  }
}

/** What every store has to do, whoever wrote it. */
export function describeSessionStore(
  name: string,
  make: (surroundings: Surroundings) => SessionStore,
  { endsSessions, losesNothing = false }: Abilities,
): void {
  const start = (options?: SessionOptions) => new Application(make, options);

  describe(`${name}: what is written`, () => {
    it('is read with its token', async () => {
      const app = start();
      const id = SessionId.generate();
      const { record } = await app.write({
        id,
        set: { cart: [1, 2] },
        flashesAdded: { notice: 'Saved' },
        identity: ['userId'],
      });
      expect(record).toMatchObject({ id, createdAt: app.clock.now(), renewedAt: app.clock.now() });
      expect(record.expiresAt).toBe(app.clock.now() + HOUR * 1000);
      expect(record.values).toEqual(new Map([['cart', [1, 2]]]));
      expect(record.flashes).toEqual(new Map([['notice', { id: 'flash-notice', value: 'Saved' }]]));
      expect(record.identity).toEqual(['userId']);
    });

    it('comes back as what it was: dates, maps, sets, addresses, large numbers, holes and all', async () => {
      const values = {
        text: 'ä “quoted” \\ \u2028 \u0000 \ud83d\ude00',
        numbers: [0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY],
        nothing: null,
        date: new Date('2030-01-01T12:00:00.123Z'),
        map: new Map<unknown, unknown>([
          [1, 'one'],
          ['nested', new Map([['set', new Set([1n])]])],
        ]),
        set: new Set(['a', { b: 'c' }]),
        url: new URL('https://user@example.com:8080/a%20b?c=d#e'),
        bigint: 123456789012345678901234567890n,
        object: { present: 1, absent: undefined, deep: { list: [{ when: new Date(0) }, undefined] } },
      };
      const { record } = await start().write({ set: values });
      expect(Object.fromEntries(record.values)).toStrictEqual(values);
      expect(Object.hasOwn(record.values.get('object') as object, 'absent')).toBe(true);
    });

    it('may have keys that objects have by themselves', async () => {
      const app = start();
      const cookies = await app.visit(new FakeCookieJar(), (session) => {
        session.set('__proto__', { isAdmin: true }).set('constructor', 'data').flash('__proto__', 'Saved');
      });
      const found = await app.manager.open(cookies);
      expect(found.get('__proto__')).toEqual({ isAdmin: true });
      expect(Object.keys(found.all())).toEqual(['__proto__', 'constructor']);
      expect(found.all().isAdmin).toBeUndefined();
      expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
      expect(found.flash('__proto__')).toBe('Saved');
    });

    it('is not changed by what a reader does to it', async () => {
      const app = start();
      const { token, record } = await app.write({ set: { cart: [1] } });
      (record.values.get('cart') as number[]).push(2);
      expect((await app.store.read(token))?.values.get('cart')).toEqual([1]);
    });

    it('is not changed by what the writer does to it afterwards', async () => {
      const app = start();
      const cart = [1];
      const { token } = await app.write({ set: { cart } });
      cart.push(2);
      expect((await app.store.read(token))?.values.get('cart')).toEqual([1]);
    });

    it('takes the place of what it changes, and of nothing else', async () => {
      const app = start();
      const { record: opened } = await app.write({ set: { cart: 1, theme: 'dark', draft: 'x' } });
      const { record } = await app.write({ opened, set: { cart: 2 }, unset: ['draft'] });
      expect(Object.fromEntries(record.values)).toEqual({ cart: 2, theme: 'dark' });
    });

    it('leaves other sessions alone', async () => {
      const app = start();
      const ada = await app.write({ set: { name: 'Ada' } });
      const bob = await app.write({ set: { name: 'Bob' } });
      await app.write({ opened: ada.record, set: { name: 'Ada Lovelace' } });
      expect((await app.store.read(bob.token))?.values.get('name')).toBe('Bob');
    });

    it('moves to another id with everything in it', async () => {
      const app = start();
      const { record: opened } = await app.write({ set: { cart: 1 }, flashesAdded: { notice: 'Saved' } });
      const { record } = await app.write({ opened, id: SessionId.generate() });
      expect(record.id).not.toBe(opened.id);
      expect(record.values).toEqual(opened.values);
      expect(record.flashes).toEqual(opened.flashes);
    });
  });

  describe(`${name}: a token that nobody was given`, () => {
    const hostile: [string, string][] = [
      ['nothing', ''],
      ['a space', ' '],
      ['a word', 'session'],
      ['an id that was never given', 'a'.repeat(43)],
      ['a name that objects have by themselves', '__proto__'],
      ['a seal without contents', 'Fe26.2*1*******~2'],
      ['a seal under a key that objects have by themselves', 'Fe26.2*constructor*a*a*a*1*a*a~2'],
      ['a version without a seal', '~2'],
      ['JSON', '{"id":"x"}'],
      ['percent signs', '%00%ff%'],
      ['NUL and line breaks', '\0\r\n'],
      ['letters beyond ASCII', 'é\ud800😀'],
      ['100 KB of one letter', 'a'.repeat(100_000)],
      ['100 KB of separators', '*'.repeat(100_000)],
      ['100 KB in the form of a seal', `Fe26.2*1*${'a'.repeat(100_000)}*a*a**a*a~2`],
    ];

    it.each(hostile)('stands for no session: %s', async (_, token) => {
      const app = start();
      await app.write({ set: { cart: 1 } });
      await expect(app.store.read(token)).resolves.toBeUndefined();
    });

    it.each(hostile)('gives a fresh session and is removed: %s', async (_, token) => {
      const app = start();
      const cookies = FakeCookieJar.carrying(NAME, token);
      const session = await app.manager.open(cookies);
      expect(session.isNew).toBe(true);
      expect(session.isEmpty).toBe(true);
      expect(session.id).not.toBe(token);
      await app.manager.commit(session, cookies);
      expect(cookies.answered(NAME)).toMatchObject({ value: '', attributes: { maxAge: 0, path: '/' } });
    });

    it('never becomes the token of the session that begins', async () => {
      const app = start();
      const chosen = SessionId.generate();
      const cookies = await app.visit(FakeCookieJar.carrying(NAME, chosen), (session) => session.set('cart', 1));
      expect(cookies.values(NAME)).toHaveLength(1);
      expect(cookies.values(NAME)).not.toEqual([chosen]);
      expect((await app.manager.open(cookies)).id).not.toBe(chosen);
      expect(await app.find(FakeCookieJar.carrying(NAME, chosen))).toEqual({});
    });

    it('is made by no change of a character in one that was', async () => {
      const app = start();
      const { token, record } = await app.write({ set: { userId: 'ada' } });
      const changed = Array.from(token, (character, at) =>
        [character === 'A' ? 'B' : 'A', '~', '*'].map((other) => token.slice(0, at) + other + token.slice(at + 1)),
      ).flat();
      const opened = await Promise.all(changed.filter((text) => text !== token).map((text) => app.store.read(text)));
      const sessions = opened.filter((found) => found !== undefined);
      // A seal's format leaves a little open: the version number at its end, and bits that the last character of a
      // base64 text has to spare. A change there may open, and then it is the same session.
      expect(sessions.length).toBeLessThanOrEqual(12);
      expect(sessions).toEqual(sessions.map(() => record));
    });

    it('is made by no part of one that was, and by nothing added in front', async () => {
      const app = start();
      const { token } = await app.write({ set: { userId: 'ada' } });
      const parts = [...Array(token.length - 2).keys()].map((length) => token.slice(0, length));
      const others = [...parts, `a${token}`, ` ${token}`, token.slice(1), token.toUpperCase()];
      const found = await Promise.all(others.map((text) => app.store.read(text)));
      expect(found.filter((record) => record !== undefined)).toEqual([]);
    });
  });

  describe(`${name}: several cookies of the session's name`, () => {
    it('give the session of the only one that is valid', async () => {
      const app = start();
      const token = await app.tokenOf({ cart: 1 });
      expect(await app.find(FakeCookieJar.carrying(NAME, 'planted', token))).toEqual({ cart: 1 });
      expect(await app.find(FakeCookieJar.carrying(NAME, token, 'planted'))).toEqual({ cart: 1 });
    });

    it('give a guest when more than one is valid, and are removed', async () => {
      const app = start();
      const cookies = FakeCookieJar.carrying(NAME, await app.tokenOf({ cart: 1 }), await app.tokenOf({ cart: 2 }));
      expect(await app.find(cookies)).toEqual({});
      expect((await app.visit(cookies)).values(NAME)).toEqual([]);
    });

    it('give a guest when none is valid', async () => {
      expect(await start().find(FakeCookieJar.carrying(NAME, 'one', 'two'))).toEqual({});
    });
  });

  describe(`${name}: time`, () => {
    it('ends a session that nobody used, at the very second', async () => {
      const app = start();
      const cookies = await app.visitorWith({ cart: 1 });
      app.clock.advance(HOUR - 1);
      expect(await app.find(cookies)).toEqual({ cart: 1 });
      app.clock.advance(1);
      expect(await app.find(cookies)).toEqual({});
      expect((await app.visit(cookies)).values(NAME)).toEqual([]);
    });

    it('gives an ended session no way back, and whoever comes again another id', async () => {
      const app = start();
      const cookies = await app.visitorWith({ cart: 1 });
      const before = (await app.manager.open(cookies)).id;
      app.clock.advance(HOUR);
      const after = await app.manager.open(cookies);
      expect(after.id).not.toBe(before);
      expect(after.set('theme', 'dark').all()).toEqual({ theme: 'dark' });
    });

    it('leaves a session alone that is used', async () => {
      const app = start();
      const first = await app.visitorWith({ cart: 1 });
      app.clock.advance(HOUR - 1);
      const second = await app.visit(first);
      app.clock.advance(HOUR - 1);
      expect(await app.find(second)).toEqual({ cart: 1 });
    });

    it('ends a session however much it is used', async () => {
      const app = start({ absoluteTimeout: 2 * HOUR });
      const first = await app.visitorWith({ cart: 1 });
      app.clock.advance(HOUR - 1);
      const second = await app.visit(first);
      app.clock.advance(HOUR - 1);
      const third = await app.visit(second, (session) => session.set('cart', 2));
      expect(third.values(NAME)).toHaveLength(1);
      app.clock.advance(1);
      expect(await app.find(third)).toEqual({ cart: 2 });
      app.clock.advance(1);
      expect(await app.find(third)).toEqual({});
    });

    it('begins anew for somebody who signs in', async () => {
      const app = start({ absoluteTimeout: HOUR });
      const first = await app.visitorWith({ cart: 1 });
      app.clock.advance(HOUR - 1);
      const second = await app.visit(first, (session) => session.signIn({ userId: 'ada' }, app.clock.now()));
      app.clock.advance(HOUR - 1);
      expect(await app.find(second)).toEqual({ cart: 1, userId: 'ada' });
      app.clock.advance(1);
      expect(await app.find(second)).toEqual({});
    });
  });

  describe(`${name}: messages`, () => {
    it('are delivered with one answer', async () => {
      const app = start();
      const first = await app.visit(new FakeCookieJar(), (session) => session.set('cart', 1).flash('notice', 'Saved'));
      const second = await app.visit(first, (session) => expect(session.flash('notice')).toBe('Saved'));
      const third = await app.manager.open(second);
      expect(third.flash('notice')).toBeUndefined();
      expect(third.get('cart')).toBe(1);
    });

    it('wait through requests that do not read them', async () => {
      const app = start();
      const first = await app.visit(new FakeCookieJar(), (session) => session.flash('notice', 'Saved'));
      const third = await app.visit(await app.visit(first), (session) => session.set('cart', 1));
      expect((await app.manager.open(third)).flash('notice')).toBe('Saved');
    });
  });

  describe(`${name}: signing in and out`, () => {
    it('takes back what an earlier sign-in gave', async () => {
      const app = start();
      const signIn = (values: Record<string, unknown>) => (session: Session) => session.signIn(values, app.clock.now());
      const first = await app.visit(new FakeCookieJar(), signIn({ userId: 'ada', role: 'admin' }));
      const second = await app.visit(first, signIn({ userId: 'ada' }));
      expect(await app.find(second)).toEqual({ userId: 'ada' });
    });

    it('leaves another visitor nothing', async () => {
      const app = start();
      const first = await app.visit(new FakeCookieJar(), (session) => {
        session.set('address', 'Ada Street').flash('notice', 'Hello Ada');
        session.signIn({ userId: 'ada', role: 'admin' }, app.clock.now());
      });
      const second = await app.visit(first, (session) => session.signIn({ userId: 'bob' }, app.clock.now()));
      const found = await app.manager.open(second);
      expect(found.all()).toEqual({ userId: 'bob' });
      expect(found.flashes.isEmpty).toBe(true);
    });

    it('removes the cookie', async () => {
      const app = start();
      const cookies = await app.visit(await app.visitorWith({ cart: 1 }), (session) => session.destroy());
      expect(cookies.values(NAME)).toEqual([]);
    });

    it('ends twice without complaint', async () => {
      const app = start();
      const { record } = await app.write({ set: { cart: 1 } });
      await app.store.destroy(record.id);
      await expect(app.store.destroy(record.id)).resolves.toBeUndefined();
      await expect(app.store.destroy(SessionId.generate())).resolves.toBeUndefined();
    });
  });

  if (endsSessions) describeEndedSessions(name, start);
  if (losesNothing) describeStrongSessionStore(name, start);
}

function describeEndedSessions(name: string, start: () => Application): void {
  describe(`${name}: a session that was ended`, () => {
    it('is gone, whoever kept its token', async () => {
      const app = start();
      const { token, record } = await app.write({ set: { cart: 1 } });
      await app.store.destroy(record.id);
      expect(await app.store.read(token)).toBeUndefined();
    });

    it('is not brought back by a request that had opened it', async () => {
      const app = start();
      const { token, record: opened } = await app.write({ set: { cart: 1 } });
      await app.store.destroy(opened.id);
      expect(await app.store.write(changesOf({ opened, set: { cart: 2 } }))).toBeUndefined();
      expect(await app.store.write(changesOf({ opened, id: SessionId.generate() }))).toBeUndefined();
      expect(await app.store.read(token)).toBeUndefined();
    });

    it('is not brought back when time ended it, either', async () => {
      const app = start();
      const { token, record: opened } = await app.write({ set: { cart: 1 } });
      app.clock.advance(HOUR);
      expect(await app.store.write(changesOf({ opened, expiresAt: app.clock.now() + 1000 }))).toBeUndefined();
      expect(await app.store.read(token)).toBeUndefined();
    });

    it('tells a request in flight that what it did was not kept', async () => {
      const app = start();
      const cookies = await app.visitorWith({ userId: 'ada' });
      const inFlight = await app.manager.open(cookies);
      inFlight.set('cart', 1);
      await app.visit(cookies.next(), (session) => session.destroy());

      expect(await app.manager.commit(inFlight, cookies)).toBe(false);
      expect(cookies.size).toBe(0);
      expect(inFlight.all()).toEqual({});
      expect(await app.find(cookies)).toEqual({});
    });

    it('is the one under the old id, once the id has changed', async () => {
      const app = start();
      const first = await app.visitorWith({ cart: 1 });
      const second = await app.visit(first, (session) => session.regenerate());
      expect(await app.find(second)).toEqual({ cart: 1 });
      app.clock.advance(10);
      expect(await app.find(first)).toEqual({});
      expect(await app.find(second)).toEqual({ cart: 1 });
    });

    it('leaves the new one alone that began in its place', async () => {
      const app = start();
      const first = await app.visitorWith({ userId: 'ada' });
      const second = await app.visit(first, (session) => session.destroy().set('theme', 'dark'));
      expect(await app.find(second)).toEqual({ theme: 'dark' });
      expect(await app.find(first)).toEqual({});
    });
  });

  describe(`${name}: two requests at once`, () => {
    it('that set different keys both keep theirs', async () => {
      const app = start();
      const cookies = await app.visitorWith({ cart: 1 });
      const [one, other] = await Promise.all([app.manager.open(cookies), app.manager.open(cookies)]);
      one.set('theme', 'dark').unset('cart');
      other.set('language', 'de').flash('notice', 'Saved');
      const kept = await Promise.all([app.manager.commit(one, cookies), app.manager.commit(other, cookies.next())]);

      const found = await app.manager.open(cookies);
      expect(kept).toEqual([true, true]);
      expect(found.all()).toEqual({ theme: 'dark', language: 'de' });
      expect(found.flash('notice')).toBe('Saved');
    });

    it('of which one reads a message and one leaves another lose neither', async () => {
      const app = start();
      const cookies = await app.visit(new FakeCookieJar(), (session) => session.set('cart', 1).flash('notice', 'old'));
      const [reading, leaving] = await Promise.all([app.manager.open(cookies), app.manager.open(cookies)]);
      expect(reading.flash('notice')).toBe('old');
      leaving.flash('notice', 'new');
      await app.manager.commit(leaving, cookies);
      await app.manager.commit(reading, cookies.next());
      expect((await app.manager.open(cookies)).flash('notice')).toBe('new');
    });

    it('of which one learns more of the visitor leave the next sign-in all of it to take back', async () => {
      const app = start();
      const cookies = await app.visit(new FakeCookieJar(), (session) =>
        session.signIn({ userId: 'ada' }, app.clock.now()),
      );
      const [updating, other] = await Promise.all([app.manager.open(cookies), app.manager.open(cookies)]);
      updating.updateVisitor({ plan: 'premium' });
      other.updateVisitor({ email: 'ada@example.com' });
      await app.manager.commit(updating, cookies);
      await app.manager.commit(other, cookies.next());

      const last = await app.visit(cookies, (session) => session.signIn({ userId: 'ada' }, app.clock.now()));
      expect(await app.find(last)).toEqual({ userId: 'ada' });
    });
  });
}

/** What a store has to do that promises to lose nothing. */
function describeStrongSessionStore(name: string, start: () => Application): void {
  /** Opens the session once for each request, all before the first of them commits, and commits them all at once. */
  async function atOnce(
    app: Application,
    cookies: FakeCookieJar,
    pages: readonly ((session: Session) => unknown)[],
  ): Promise<FakeCookieJar[]> {
    const jars = pages.map(() => cookies.next());
    const sessions = await Promise.all(jars.map((jar) => app.manager.open(jar)));
    await Promise.all(
      sessions.map(async (session, index) => {
        pages[index]?.(session);
        await app.manager.commit(session, jars[index] ?? cookies);
      }),
    );
    return jars.map((jar) => jar.next());
  }
  const times = <Value>(count: number, make: (index: number) => Value) =>
    Array.from({ length: count }, (_, at) => make(at));

  describe(`${name}: many requests at once`, () => {
    it('that set 50 keys keep all 50', async () => {
      const app = start();
      const cookies = await app.visitorWith({ cart: 1 });
      await atOnce(
        app,
        cookies,
        times(50, (index) => (session) => session.set(`key${index}`, index)),
      );
      const expected = Object.fromEntries(times(50, (index) => [`key${index}`, index]));
      expect(await app.find(cookies)).toEqual({ cart: 1, ...expected });
    });

    it('that count up by one each count as many as they are', async () => {
      const app = start();
      const cookies = await app.visitorWith({ count: 0 });
      await atOnce(
        app,
        cookies,
        times(100, () => (session) => session.set('count', (count) => Number(count) + 1)),
      );
      expect(await app.find(cookies)).toEqual({ count: 100 });
    });

    it('that change the id leave one session, which all of them go on with', async () => {
      const app = start();
      const cookies = await app.visitorWith({ cart: 1 });
      const jars = await atOnce(
        app,
        cookies,
        times(5, (index) => (session) => session.regenerate().set(`key${index}`, index)),
      );
      const tokens = new Set(jars.flatMap((jar) => jar.values(NAME)));
      expect(tokens.size).toBe(1);
      expect(Object.keys(await app.find(jars[0] ?? cookies))).toHaveLength(6);
      expect(tokens).not.toContain(cookies.values(NAME)[0]);
    });

    it('of which one ends the session end it for all', async () => {
      const app = start();
      const cookies = await app.visitorWith({ userId: 'ada' });
      const pages = times(10, (index) => (session: Session) => session.set(`key${index}`, index));
      const jars = await atOnce(app, cookies, [...pages, (session) => session.destroy(), ...pages]);
      for (const jar of [cookies, ...jars]) expect(await app.find(jar)).toEqual({});
    });

    it('of which one ends the session, and one changes its id, end it for all', async () => {
      const app = start();
      const cookies = await app.visitorWith({ userId: 'ada' });
      for (const pages of [
        [(session: Session) => session.regenerate(), (session: Session) => session.destroy()],
        [(session: Session) => session.destroy(), (session: Session) => session.regenerate()],
      ]) {
        for (const jar of [cookies, ...(await atOnce(app, cookies, pages))]) expect(await app.find(jar)).toEqual({});
      }
    });

    it('deliver a message once', async () => {
      const app = start();
      const cookies = await app.visit(new FakeCookieJar(), (session) =>
        session.set('cart', 1).flash('notice', 'Saved'),
      );
      const read: unknown[] = [];
      await atOnce(
        app,
        cookies,
        times(20, () => (session) => read.push(session.flash('notice'))),
      );
      expect(read.filter((message) => message !== undefined)).toEqual(['Saved']);
      expect((await app.manager.open(cookies)).flash('notice')).toBeUndefined();
    });
  });

  describe(`${name}: a message`, () => {
    const waiting = (app: Application) =>
      app.visit(new FakeCookieJar(), (session) => session.set('cart', 1).flash('notice', 'Saved'));

    it('waits for the next page when a request that could have read it did not', async () => {
      const app = start();
      const cookies = await waiting(app);
      await app.visit(cookies.next());
      expect((await app.manager.open(cookies)).flash('notice')).toBe('Saved');
    });

    it('waits for a later page when a request that could have read it never ends', async () => {
      const app = start();
      const cookies = await waiting(app);
      await app.manager.open(cookies);
      expect((await app.manager.open(cookies)).flash('notice')).toBeUndefined();
      app.clock.advance(60);
      expect((await app.manager.open(cookies)).flash('notice')).toBe('Saved');
    });

    it('is not kept from anybody by a request that nobody looks at', async () => {
      const app = start();
      const cookies = await waiting(app);
      expect((await app.manager.open(cookies, false)).flash('notice')).toBeUndefined();
      expect((await app.manager.open(cookies)).flash('notice')).toBe('Saved');
    });
  });

  describe(`${name}: an id that was changed`, () => {
    it('leads to the session for ten seconds, and to the new id', async () => {
      const app = start();
      const first = await app.visitorWith({ cart: 1 });
      const second = await app.visit(first.next(), (session) => session.regenerate());
      app.clock.advance(9);
      const late = await app.visit(first.next(), (session) => session.set('late', true));
      expect(late.values(NAME)).toEqual(second.values(NAME));
      expect(await app.find(second)).toEqual({ cart: 1, late: true });
    });

    it('is replaced by the new one on the next answer, should the one that had it never have arrived', async () => {
      const app = start();
      const first = await app.visitorWith({ cart: 1 });
      const second = await app.visit(first.next(), (session) => session.regenerate());
      app.clock.advance(9);
      const later = await app.visit(first.next());
      expect(later.values(NAME)).toEqual(second.values(NAME));
      app.clock.advance(9);
      expect(await app.find(later)).toEqual({ cart: 1 });
    });

    it('leads nowhere after that, and the cookie of the new one is left alone', async () => {
      const app = start();
      const first = await app.visitorWith({ cart: 1 });
      await app.visit(first.next(), (session) => session.regenerate());
      app.clock.advance(10);
      const late = first.next();
      await app.visit(late, (session) => session.set('lost', true));
      expect(late.answered(NAME)).toBeUndefined();
      app.clock.advance(60);
      const stale = first.next();
      await app.visit(stale);
      expect(stale.answered(NAME)?.attributes.maxAge).toBe(0);
    });

    it('leads nobody to a visitor who signed in meanwhile, whose cookie is left alone', async () => {
      const app = start();
      const planted = await app.visitorWith({ cart: 1 });
      const signIn = (session: Session) => session.signIn({ userId: 'ada' }, app.clock.now());
      const ada = await app.visit(planted.next(), signIn);
      const inFlight = planted.next();
      await app.visit(inFlight, (session) => {
        expect(session.all()).toEqual({});
        session.set('visits', 1);
      });
      expect(inFlight.answered(NAME)).toBeUndefined();
      expect(await app.find(ada)).toEqual({ cart: 1, userId: 'ada' });
      const again = await app.visit(planted.next(), signIn);
      expect(await app.find(again)).toEqual({ userId: 'ada' });
    });

    it('changes once more when somebody signs in while it changes', async () => {
      const app = start();
      const cookies = await app.visitorWith({ cart: 1 });
      const [signingIn, regenerated] = await Promise.all([app.manager.open(cookies), app.manager.open(cookies)]);
      regenerated.regenerate();
      signingIn.signIn({ userId: 'ada' }, app.clock.now());
      const others = cookies.next();
      await app.manager.commit(regenerated, others);
      const own = cookies.next();
      await app.manager.commit(signingIn, own);
      expect(await app.find(own.next())).toEqual({ cart: 1, userId: 'ada' });
      for (const jar of [cookies.next(), others.next()]) expect(await app.find(jar)).toEqual({});
    });
  });
}
