import { describe, expect, it } from '@jest/globals';
import { Clock } from '../../../lib/base/clock.js';
import { RequestParts } from '../../../lib/container/scope/request-parts.js';
import { draftOf } from '../../../lib/session/session.js';
import { FrozenClock } from '../../../lib/testing/index.js';
import { floorPlan } from '../../support/services.js';
import { sessionOf } from '../../support/sessions.js';

const ADDRESS = new URL('https://site.example/');

describe('The parts of a request', () => {
  it('are those of a guest when the request brought nothing', () => {
    const parts = new RequestParts(floorPlan().boot());
    expect(parts.visitor.isGuest).toBe(true);
    expect([parts.signedInFor, parts.standsAside, parts.isVisitorUnknown]).toEqual([undefined, false, false]);
    expect(parts.isOnlyRemembered).toBeUndefined();
    expect([parts.headers, parts.url, parts.cookies.has('theme')]).toEqual([undefined, undefined, false]);
  });

  it('include the cookies and headers that it arrived with', () => {
    const headers = new Headers({ cookie: 'theme=dark', 'x-desk': '7' });
    const parts = new RequestParts(floorPlan().boot(), undefined, headers, ADDRESS);
    expect([parts.cookies.get('theme'), parts.headers?.get('x-desk'), parts.url]).toEqual(['dark', '7', ADDRESS]);
    expect(parts.cookies).toBe(parts.cookies);
  });

  it('are created once, and follow the session', () => {
    const clock = new FrozenClock();
    const session = sessionOf({});
    const parts = new RequestParts(
      floorPlan()
        .override(Clock, () => clock)
        .boot(),
      session,
    );
    expect([parts.session, parts.identity]).toEqual([session, parts.identity]);
    draftOf(session).signIn({ userId: 'ada' }, clock.now());
    clock.advance(5);
    expect([parts.visitor.id, parts.signedInFor, parts.isOnlyRemembered]).toEqual(['ada', 5, false]);
    parts.rollBack();
    expect(parts.visitor.isGuest).toBe(true);
  });
});
