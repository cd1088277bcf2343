import { describe, expect, it } from '@jest/globals';
import { CsrfConfig } from '../../../lib/access/csrf/csrf-config.js';
import { PendingSignIn, type SignInReturn } from '../../../lib/access/sign-in/pending-sign-in.js';
import type { SignInStart } from '../../../lib/access/sign-in/sign-in-attempt.js';
import { UsedTokens } from '../../../lib/access/sign-in/used-tokens.js';
import { Seals } from '../../../lib/session/cookies/seals.js';
import { Secrets } from '../../../lib/session/cookies/secrets.js';
import { SessionConfig } from '../../../lib/session/session-config.js';
import { MemoryRevocationList } from '../../../lib/session/stores/revocation-list.js';
import { FakeCookieJar } from '../../support/fake-cookie-jar.js';
import { FrozenClock } from '../../support/frozen-clock.js';
import { RememberingEvents } from '../../support/remembering-events.js';

const [OLD, NEW] = ['k7Qz2vXw9Lr4Nf8Tb1Yc6Hm3Jd5Gs0Pa', 'Zq3Xw8Ve1Bn6My4Ku9Jt2Hr7Gf5Ds0Ac'];
const config = SessionConfig.from({}, { isProduction: true });

interface Site {
  readonly secrets?: readonly string[];
  readonly clock?: FrozenClock;
  readonly list?: MemoryRevocationList;
}

function siteWith({ secrets = [OLD], clock = new FrozenClock(), list = new MemoryRevocationList(clock) }: Site = {}) {
  const events = new RememberingEvents();
  const used = new UsedTokens(list, config, clock);
  const csrf = new CsrfConfig({ trustedOrigins: ['https://app.example'] });
  return { pending: new PendingSignIn(new Secrets(secrets), config, used, events, clock, csrf), events, clock, list };
}

/** Begins an attempt. @returns The browser's next request, and what the provider is told. */
async function begun(pending: PendingSignIn, start: SignInStart = {}, jar = new FakeCookieJar()) {
  const attempt = await pending.begin(jar, start);
  return { attempt, next: jar.next(), jar };
}
const rejectionOf = async (pending: PendingSignIn, jar: FakeCookieJar, given: SignInReturn) =>
  (await pending.take(jar, given)).rejection;

describe('A pending sign-in', () => {
  it('comes back as it left', async () => {
    const { pending, events } = siteWith();
    const start = { provider: 'google', data: { invitation: 7 }, returnTo: '/account?page=2' };
    const { attempt, next } = await begun(pending, start);
    const { signIn } = await pending.take(next, { state: attempt.state, provider: 'google' });
    const { state, nonce, codeVerifier } = attempt;
    expect(signIn).toEqual({ state, nonce, codeVerifier, ...start });
    expect(new Set([state.slice(1), nonce, codeVerifier]).size).toBe(3);
    expect(events.take()).toEqual([]);
    expect(next.next().size + next.next().names.length).toBe(0);
  });

  it('comes back to a page of a trusted origin', async () => {
    const { pending } = siteWith();
    const { attempt, next } = await begun(pending, { returnTo: 'https://app.example/inbox' });
    const { signIn } = await pending.take(next, { state: attempt.state });
    expect(signIn?.returnTo).toBe('https://app.example/inbox');
  });

  it('is different each time', async () => {
    const { pending } = siteWith();
    const all = await Promise.all(Array.from({ length: 20 }, async () => (await begun(pending)).attempt));
    for (const part of ['state', 'nonce', 'codeVerifier', 'codeChallenge'] as const) {
      expect(new Set(all.map((attempt) => attempt[part])).size).toBe(20);
    }
  });

  it('says why there is none, to whoever reads the events', async () => {
    const { pending, events, clock } = siteWith();
    const { attempt, next } = await begun(pending, { provider: 'google' });
    const { state } = attempt;
    const other = (await begun(pending)).attempt.state;
    const elsewhere = state.startsWith('a') ? 'b' : 'a';
    const cases: [SignInReturn, FakeCookieJar, string][] = [
      [{ state: undefined }, next, 'no-state'],
      [{ state: '' }, next, 'no-state'],
      [{ state: 'made up' }, next, 'unknown'],
      [{ state: state.charAt(0) + other.slice(1) }, next, 'unknown'],
      [{ state: elsewhere + state.slice(1) }, next, 'no-cookie'],
      [{ state }, new FakeCookieJar(), 'no-cookie'],
      [{ state, provider: 'github' }, next, 'provider'],
      [{ state, provider: 'google' }, next, 'used'],
    ];
    for (const [given, jar, reason] of cases) expect(await rejectionOf(pending, jar, given)).toBe(reason);
    const late = await begun(pending, { returnTo: '/account' });
    clock.advance(600);
    const outcome = await pending.take(late.next, { state: late.attempt.state });
    expect(outcome).toEqual({ rejection: 'expired', returnTo: '/account' });
    expect(events.take().map(({ name, reason }) => [name, reason])).toEqual(
      [...cases.map(([, , reason]) => reason), 'expired'].map((reason) => ['login.rejected', reason]),
    );
  });

  it('is finished by the step that it names, and an unnamed one by none that has a name', async () => {
    const { pending } = siteWith();
    for (const [provider, taking] of [
      ['second-factor', undefined],
      [undefined, 'google'],
      ['second-factor', 'mail'],
    ]) {
      const { attempt, next } = await begun(pending, { provider });
      expect(await rejectionOf(pending, next, { state: attempt.state, provider: taking })).toBe('provider');
    }
  });

  it('lasts as long as it says', async () => {
    const { pending, clock } = siteWith();
    const { attempt, next, jar } = await begun(pending, { expiresIn: 60 });
    expect([...jar.next().names].map((name) => jar.answered(name)?.attributes.maxAge)).toEqual([60]);
    clock.advance(59);
    expect(await rejectionOf(pending, next, { state: attempt.state })).toBeUndefined();
  });

  it('is opened after a change of the secret, and never without the one that sealed it', async () => {
    const { attempt, next } = await begun(siteWith().pending);
    expect(await rejectionOf(siteWith({ secrets: [NEW] }).pending, next, { state: attempt.state })).toBe('unknown');
    const both = siteWith({ secrets: [NEW, OLD] }).pending;
    expect(await rejectionOf(both, next, { state: attempt.state })).toBeUndefined();
  });

  it('is no seal of anything else, and nothing else is a seal of it', async () => {
    const { pending, clock } = siteWith();
    const { attempt, next } = await begun(pending);
    const [name = ''] = next.names;
    const content = { state: attempt.state, until: clock.now() + 1000 };
    for (const purpose of ['session:__Host-gatehouse', 'form-result', 'link', 'sign-in:__Host-other-sign-in']) {
      const seals = new Seals(new Secrets([OLD]), purpose);
      const forged = FakeCookieJar.carrying(name, await seals.seal(content));
      expect(await rejectionOf(pending, forged, { state: attempt.state })).toBe('unknown');
      expect(await seals.open(next.tokens[0] ?? '')).toBeUndefined();
    }
  });

  it('is found among cookies that another host has planted under its name', async () => {
    const { pending } = siteWith();
    const { attempt, next } = await begun(pending);
    const [[name = ''], [value = '']] = [next.names, next.tokens];
    const jar = FakeCookieJar.carrying(name, 'rubbish', value);
    expect((await pending.take(jar, { state: attempt.state })).signIn?.state).toBe(attempt.state);
  });

  it('is taken once by several concurrent requests, and by another process that shares a revocation list', async () => {
    const { pending, clock, list } = siteWith();
    const { attempt, next } = await begun(pending);
    const { state } = attempt;
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => pending.take(next, { state })));
    expect(outcomes.filter(({ signIn }) => signIn)).toHaveLength(1);
    expect(await rejectionOf(siteWith({ clock, list }).pending, next, { state })).toBe('used');
    expect(await rejectionOf(siteWith({ clock }).pending, next, { state })).toBeUndefined();
  });

  it('returns to no other site, and to no path that is too long', async () => {
    const { pending } = siteWith();
    for (const returnTo of ['//evil.example', 'https://evil.example', `/${'x'.repeat(1024)}`]) {
      const { attempt, next } = await begun(pending, { returnTo });
      expect((await pending.take(next, { state: attempt.state })).signIn?.returnTo).toBeUndefined();
    }
  });

  it('fits a cookie, even with all that it may hold', async () => {
    const start = {
      provider: 'p'.repeat(100),
      data: '€'.repeat(340),
      returnTo: `/${'x'.repeat(1023)}`,
      formPost: '/callback',
    };
    const { next } = await begun(siteWith().pending, start);
    expect(Buffer.byteLength(next.names.join('') + next.tokens.join(''))).toBeLessThan(4096);
  });

  it('names the path to which its provider may post, to this browser and as long as it lasts', async () => {
    const { pending, clock } = siteWith();
    const { attempt, next } = await begun(pending, { formPost: '/auth/callback' });
    const redirected = await begun(pending);
    expect(pending.isIn(next)).toBe(true);
    expect(pending.isIn(new FakeCookieJar())).toBe(false);
    expect(await pending.formPostPath(next, attempt.state)).toBe('/auth/callback');
    expect(await pending.formPostPath(new FakeCookieJar(), attempt.state)).toBeUndefined();
    expect(await pending.formPostPath(next, undefined)).toBeUndefined();
    expect(await pending.formPostPath(redirected.next, redirected.attempt.state)).toBeUndefined();
    clock.advance(600);
    expect(await pending.formPostPath(next, attempt.state)).toBeUndefined();
  });

  it('does not begin with options that are not valid', async () => {
    await expect(siteWith().pending.begin(new FakeCookieJar(), { expiresIn: 1 })).rejects.toThrow('expiresIn');
  });
});
