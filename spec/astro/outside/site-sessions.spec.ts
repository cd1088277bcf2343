import { describe, expect, it } from '@jest/globals';
import { AccessConfig } from '../../../lib/access/access-options.js';
import { DecisionLog } from '../../../lib/access/guard/decision-log.js';
import type { OpenedSession } from '../../../lib/astro/outside/opened-session.js';
import { SiteSessions } from '../../../lib/astro/outside/site-sessions.js';
import { Clock } from '../../../lib/base/clock.js';
import type { Settings } from '../../../lib/container/default-services.js';
import { InvalidCallError } from '../../../lib/errors/index.js';
import type { CookieJar } from '../../../lib/session/cookies/cookie-jar.js';
import { Secrets } from '../../../lib/session/cookies/secrets.js';
import { SessionManager } from '../../../lib/session/manager/session-manager.js';
import { SecurityEvents } from '../../../lib/session/security-events.js';
import { draftOf, type Session } from '../../../lib/session/session.js';
import { SessionConfig } from '../../../lib/session/session-config.js';
import { SessionRegistry } from '../../../lib/session/session-registry.js';
import { SessionSchema } from '../../../lib/session/session-schema.js';
import { CookieSessionStore } from '../../../lib/session/stores/cookie-session-store.js';
import { MemorySessionStore } from '../../../lib/session/stores/memory-session-store.js';
import { MemoryRevocationList, RevocationList } from '../../../lib/session/stores/revocation-list.js';
import { SessionStore } from '../../../lib/session/stores/session-store.js';
import { FakeCookieJar } from '../../support/fake-cookie-jar.js';
import { RememberingLog } from '../../support/guards.js';
import { RememberingEvents } from '../../support/remembering-events.js';
import { SECRET } from '../../support/secret.js';
import { floorPlan } from '../../support/services.js';

/** A store that calls a function whenever a session is read. */
class WatchedStore extends MemorySessionStore {
  written = 0;
  onRead: () => unknown = () => {};

  override async read(...given: Parameters<MemorySessionStore['read']>) {
    const record = await super.read(...given);
    await this.onRead();
    return record;
  }

  override destroy(id: string) {
    this.written += 1;
    return super.destroy(id);
  }

  protected override insert(...given: Parameters<MemorySessionStore['insert']>) {
    this.written += 1;
    return super.insert(...given);
  }

  protected override replace(...given: Parameters<MemorySessionStore['replace']>) {
    this.written += 1;
    return super.replace(...given);
  }
}

/** A site that has Ada as visitor. */
async function start(settings: Partial<Settings> = {}, Manager = SessionManager) {
  const services = floorPlan({ store: (get) => new WatchedStore(get(SessionConfig), get(Clock)), ...settings })
    .override(SecurityEvents, RememberingEvents)
    .override(DecisionLog, RememberingLog)
    .override(RevocationList, () => new MemoryRevocationList())
    .override(SessionManager, Manager)
    .boot();
  const sessions = services.get(SessionManager);
  const site = new SiteSessions(() => ({ services, sessions, identification: undefined }));
  const cookies = new FakeCookieJar();
  const session = await sessions.open(cookies);
  draftOf(session).signIn({ userId: 'ada', role: 'admin' }, Date.now());
  session.flash('notice', 'Welcome');
  await sessions.commit(session, cookies);
  const store = services.get(SessionStore) as WatchedStore;
  store.written = 0;
  const cookie = `${services.get(SessionConfig).cookieName}=${cookies.next().tokens[0]}`;
  const opened: OpenedSession[] = [];
  const open = async (headers: Record<string, string> = {}, options = {}) => {
    const one = await site.open({ host: 'localhost', cookie, ...headers }, options);
    opened.push(one);
    one.close();
    return one;
  };
  const visit = async (page: (session: Session) => unknown) => {
    const found = await sessions.open(cookies.next());
    page(found);
    const jar = cookies.next();
    await sessions.commit(found, jar);
    return jar;
  };
  return { services, site, store, open, visit, cookie, events: services.get(SecurityEvents) as RememberingEvents };
}

describe('A session outside a page', () => {
  it('has its visitor, and is neither written nor renewed, whatever is read', async () => {
    const { open, store } = await start();
    const { visitor, session, refusal } = await open();
    expect([visitor.id, visitor.hasRole('admin'), session.get('userId'), refusal]).toEqual([
      'ada',
      true,
      'ada',
      undefined,
    ]);
    expect(store.written).toBe(0);
  });

  it('is that of a guest when it does not match the schema, and is left to a page to drop', async () => {
    let issues: { message: string }[] | undefined;
    const schema = new SessionSchema({
      schema: { '~standard': { version: 1, vendor: 'spec', validate: (value) => (issues ? { issues } : { value }) } },
    });
    schema.reportTo(() => {});
    const { open, store } = await start({ schema });
    expect((await open()).visitor.id).toBe('ada');
    issues = [{ message: 'wrong' }];
    expect((await open()).visitor.isGuest).toBe(true);
    expect(store.written).toBe(0);
    issues = undefined;
    expect((await open()).visitor.id).toBe('ada');
  });

  it('is that of the impersonated user, until the impersonation ends', async () => {
    const { site, cookie, visit } = await start({ access: new AccessConfig({ impersonate: { role: 'admin' } }) });
    const now = Date.now();
    const before = await site.open({ host: 'localhost', cookie }, {});
    await visit((session) => draftOf(session).impersonate({ userId: 'eve', role: 'member' }, now, now + 60_000));
    expect(before.visitor.id).toBe('ada');
    await before.check();
    expect(before.ended.reason.why).toBe('another-user');
    const opened = await site.open({ host: 'localhost', cookie }, {});
    const { visitor } = opened;
    expect([visitor.id, visitor.impersonator?.userId, visitor.hasRole('admin')]).toEqual(['eve', 'ada', false]);
    await visit((session) => draftOf(session).stopImpersonating());
    await opened.check();
    expect(opened.ended.reason.why).toBe('another-user');
  });

  it('ends at once when every session of the impersonator is revoked, also where the store lists none', async () => {
    const { services, site, visit } = await start({
      store: (get) => new CookieSessionStore(new Secrets([SECRET]), get(SessionConfig)),
      access: new AccessConfig({ impersonate: { role: 'admin' } }),
    });
    const now = Date.now();
    const answered = await visit((session) => {
      draftOf(session).impersonate({ userId: 'eve', role: 'member' }, now, now + 60_000);
    });
    const cookie = `${services.get(SessionConfig).cookieName}=${answered.next().tokens[0]}`;
    const opened = await site.open({ host: 'localhost', cookie }, {});
    expect(opened.visitor.id).toBe('eve');
    await new Promise((wake) => setTimeout(wake, 2));
    const ended = new Promise((wake) => opened.ended.addEventListener('abort', wake));
    await services.get(SessionRegistry).revokeAll('ada');
    await ended;
    opened.close();
    expect(opened.ended.aborted).toBe(true);
  });

  it('is read in intervals also after an impersonation has run out, which nobody has stored yet', async () => {
    const { site, store, cookie, visit } = await start({
      access: new AccessConfig({ impersonate: { role: 'admin' } }),
    });
    const now = Date.now();
    await visit((session) => draftOf(session).impersonate({ userId: 'eve', role: 'member' }, now - 60_000, now - 1));
    const opened = await site.open({ host: 'localhost', cookie }, {});
    let reads = 0;
    store.onRead = () => {
      reads += 1;
    };
    await new Promise((wake) => setTimeout(wake, 30));
    opened.close();
    expect([opened.visitor.id, opened.ended.aborted, reads]).toEqual(['ada', false, 0]);
  });

  it('is opened by an overridden SessionManager.open', async () => {
    let jars = 0;
    class OwnManager extends SessionManager {
      override open(cookies: CookieJar, readsMessages?: boolean) {
        jars += Number(cookies.isReadOnly);
        return super.open(cookies, readsMessages);
      }
    }
    const { open } = await start({}, OwnManager);
    expect((await open()).visitor.id).toBe('ada');
    expect(jars).toBe(1);
  });

  it('is that of a guest when it ends while it is read', async () => {
    const { open, store, visit } = await start();
    store.onRead = async () => {
      store.onRead = () => {};
      await visit((session) => session.destroy());
    };
    const { visitor, ended, refusal } = await open();
    expect([visitor.isGuest, ended.aborted, refusal]).toEqual([true, true, undefined]);
    expect(ended.reason.why).toBe('ended');
  });

  it('is refused with 503 while the store is away, and nobody knows who the visitor is', async () => {
    const { open, store } = await start();
    store.onRead = () => Promise.reject(new Error('away'));
    const { visitor, session, refusal, ended } = await open();
    expect(refusal).toMatchObject({ status: 503, code: 'STORE_UNAVAILABLE' });
    expect([visitor.isGuest, session.all(), ended.reason.why]).toEqual([true, {}, 'unknown']);
  });

  it('is refused with 403 to a handshake of another site, before the store is asked', async () => {
    const { open, store, events } = await start();
    events.take();
    store.onRead = () => Promise.reject(new Error('asked'));
    const foreign = await open({ upgrade: 'websocket', origin: 'https://evil.example' });
    expect(foreign.refusal).toMatchObject({ status: 403, code: 'CSRF_REFUSED' });
    expect([foreign.visitor.isGuest, foreign.session.id, await foreign.check()]).toEqual([true, undefined, false]);
    expect(foreign.ended.reason.why).toBe('refused');
    expect(events.take()).toMatchObject([{ name: 'csrf.refused', path: '/', code: 'CSRF_REFUSED' }]);
  });

  it('has its origin checked only when it is a handshake, unless it is told otherwise', async () => {
    const { open } = await start();
    const foreign = { origin: 'https://evil.example' };
    expect((await open(foreign)).refusal).toBeUndefined();
    expect((await open(foreign, { checkOrigin: true })).refusal?.status).toBe(403);
    expect((await open({ ...foreign, upgrade: 'websocket' }, { checkOrigin: false })).refusal).toBeUndefined();
  });

  it('tells its end to who asks, before and after it', async () => {
    const { site, cookie, services } = await start();
    const opened = await site.open({ host: 'localhost', cookie }, {});
    const told: string[] = [];
    opened.onEnd((why) => told.push(why));
    await services.get(SessionRegistry).revokeAll('ada');
    expect(told).toEqual(['ended']);
    opened.onEnd((why) => told.push(why));
    expect(told).toEqual(['ended', 'ended']);
  });

  it.each([0, -1, Number.NaN, '5'])('is not looked at every %p seconds', async (checkEvery) => {
    const { site } = await start();
    await expect(site.open({}, { checkEvery: checkEvery as number })).rejects.toThrow(InvalidCallError);
  });
});
