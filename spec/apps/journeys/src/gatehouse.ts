import { type CookieJar, defineGatehouse, type Services, type Session, SessionManager } from 'astro-gatehouse/server';

/** Tells on the server's output when a session is opened and committed. */
class LoudSessionManager extends SessionManager {
  override async open(cookies: CookieJar) {
    console.log('OPEN');
    return super.open(cookies);
  }
  override async commit(session: Session, cookies: CookieJar) {
    console.log(`COMMIT ${session.isDirty ? 'dirty' : 'clean'}`);
    return super.commit(session, cookies);
  }
}

export default defineGatehouse({
  services: (services: Services) => services.override(SessionManager, LoudSessionManager),
});
