import { describe, expect, it } from '@jest/globals';
import { draftOf } from '../../lib/session/session.js';
import type { SessionStore } from '../../lib/session/stores/session-store.js';
import type { MakeStore } from '../../lib/testing/abilities.js';
import { Application } from '../../lib/testing/application.js';
import { FakeCookieJar } from './fake-cookie-jar.js';

/** The round trips of one request, one after another. */
interface RoundTrips {
  read: number;
  change: number;
  signIn: number;
  signInOfGuestWithSession: number;
  take: number;
  exclusive: number;
}

const ONE_EACH: RoundTrips = { read: 1, change: 1, signIn: 1, signInOfGuestWithSession: 1, take: 1, exclusive: 2 };

/** Counts the round trips to the database of a store. @param count Returns how many there have been. */
export function describeRoundTrips<Store extends SessionStore>(
  name: string,
  make: MakeStore<Store>,
  count: () => number,
  expected: Partial<RoundTrips> = {},
): void {
  async function tripsOf(act: () => unknown): Promise<number> {
    const before = count();
    await act();
    return count() - before;
  }

  describe(`The round trips of ${name}`, () => {
    it('are as few as the store allows', async () => {
      const app = await Application.start(make);
      const signIn = async (cookies: FakeCookieJar) => {
        const session = await app.open(cookies);
        const trips = await tripsOf(async () => {
          draftOf(session).signIn({ userId: 'ada' }, app.clock.now());
          await app.manager.commit(session, cookies);
        });
        return { trips, cookies: cookies.next() };
      };
      // The first write also removes what has expired.
      const guest = await app.visitorWith({ cart: 1 });
      const trips: Partial<RoundTrips> = {};
      trips.signIn = (await signIn(new FakeCookieJar())).trips;
      const signedIn = await signIn(guest);
      trips.signInOfGuestWithSession = signedIn.trips;
      const jar = signedIn.cookies;
      trips.read = await tripsOf(() => app.open(jar));
      const session = await app.open(jar);
      trips.change = await tripsOf(async () => app.manager.commit(session.set('token', 'a'), jar));
      const next = await app.open(jar.next());
      trips.take = await tripsOf(async () => {
        expect(await next.take('token')).toBe('a');
        await app.manager.commit(next, jar.next());
      });
      const last = await app.open(jar.next());
      trips.exclusive = await tripsOf(async () => {
        await last.exclusive('step', () => void last.set('cart', 2));
        await app.manager.commit(last, jar.next());
      });
      expect(trips).toEqual({ ...ONE_EACH, ...expected });
    });
  });
}
