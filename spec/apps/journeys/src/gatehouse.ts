import { type CookieJar, defineGatehouse, type Services, type Session, SessionManager } from 'astro-gatehouse/server';

/** Tells on the server's output when a session is opened and committed, with the mark of the request. */
class LoudSessionManager extends SessionManager {
  override async open(cookies: CookieJar) {
    console.log(`OPEN ${markOf(cookies)}`);
    return super.open(cookies);
  }
  override async commit(session: Session, cookies: CookieJar) {
    console.log(`COMMIT ${session.isDirty ? 'dirty' : 'clean'} ${markOf(cookies)}`);
    return super.commit(session, cookies);
  }
}

const markOf = (cookies: CookieJar) => cookies.values('mark')[0] ?? 'unmarked';

// Read when the server starts, so that one build is served with each store.
const { STORE = 'cookie' } = process.env;

export default defineGatehouse({
  session: { store: STORE as 'cookie' | 'memory' | 'astro' },
  services: (services: Services) => services.override(SessionManager, LoudSessionManager),
});
