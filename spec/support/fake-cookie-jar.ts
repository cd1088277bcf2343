export { type AnsweredCookie, FakeCookieJar } from '../../lib/testing/fake-cookie-jar.js';
