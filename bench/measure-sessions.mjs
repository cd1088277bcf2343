import 'reflect-metadata/lite';
import { AccessConfig } from '../dist/access/access-options.js';
import { GuardConfig } from '../dist/access/guard/guard-config.js';
import { defaultServices } from '../dist/container/default-services.js';
import { ScopedRequest } from '../dist/container/scope/request-scope.js';
import { CookieJar } from '../dist/session/cookies/cookie-jar.js';
import { Secrets } from '../dist/session/cookies/secrets.js';
import { SessionManager } from '../dist/session/manager/session-manager.js';
import { draftOf, Session } from '../dist/session/session.js';
import { SessionConfig } from '../dist/session/session-config.js';
import { CookieSessionStore } from '../dist/session/stores/cookie-session-store.js';
import { MemorySessionStore } from '../dist/session/stores/memory-session-store.js';
import { microseconds } from './timing.mjs';

const config = SessionConfig.from({}, { isProduction: true });
const secrets = new Secrets(['k7Qz2vXw9Lr4Nf8Tb1Yc6Hm3Jd5Gs0Pa']);
const VISITOR = {
  userId: 'c0ffee00-1234-4cde-8f01-23456789abcd',
  email: 'ada.lovelace@example.com',
  name: 'Ada Lovelace',
  role: 'editor',
  permissions: ['posts:read', 'posts:write', 'report:read'],
  theme: 'dark',
};

class Jar extends CookieJar {
  #name = '';
  token = '';

  values(name) {
    return this.named(name, '')
      .filter((cookie) => cookie.name === name)
      .map(({ value }) => value);
  }

  named(name) {
    return this.token !== '' && this.#name.startsWith(name) ? [{ name: this.#name, value: this.token }] : [];
  }

  set(name, token) {
    this.#name = name;
    this.token = token;
  }
}

class Basket {}

/** A request's scope, and opening and committing a session of about 200 bytes. */
export async function measureSessions() {
  return {
    scope: await measureScope(),
    cookie: await measureStore(CookieSessionStore),
    memory: await measureStore(MemorySessionStore),
    ...(await measureSeals()),
  };
}

async function measureScope() {
  const services = defaultServices(settings()).perRequest(Basket).boot();
  const session = new Session();
  return {
    untouched: await microseconds(() => new ScopedRequest(services, session).scope),
    withService: await microseconds(() => new ScopedRequest(services, session).scope.get(Basket)),
  };
}

async function measureStore(store) {
  const sessions = managerOf(store);
  const jar = await signedIn(sessions);
  const unchanged = async () => sessions.commit(await sessions.open(jar), jar);
  const changed = async (count) => {
    const session = await sessions.open(jar);
    session.set('count', count);
    await sessions.commit(session, jar);
  };
  return { unchanged: await microseconds(unchanged), changed: await microseconds(changed) };
}

/** A seal that this process has not opened before. */
async function measureSeals() {
  const jar = await signedIn(managerOf(CookieSessionStore));
  return { firstOpening: await microseconds(() => new CookieSessionStore(secrets, config).read(jar.token)) };
}

async function signedIn(sessions) {
  const jar = new Jar();
  const session = await sessions.open(jar);
  draftOf(session).signIn(VISITOR, Date.now());
  await sessions.commit(session, jar);
  return jar;
}

function managerOf(store) {
  return defaultServices({ ...settings(), store })
    .boot()
    .get(SessionManager);
}

function settings() {
  return { session: config, secrets, guard: new GuardConfig(), access: new AccessConfig() };
}
