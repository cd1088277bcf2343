export type { Abilities, MakeStore, Surroundings } from './abilities.js';
export { describeSessionStore } from './describe-session-store.js';
export { type FakeRequest, type FakeScope, fakeScope } from './fake-scope.js';
export { FrozenClock } from './frozen-clock.js';
export { readSession, type TestedSession } from './http/read-session.js';
export { type SessionParts, sessionCookie } from './http/session-cookie.js';
export { signInCookie } from './http/sign-in-cookie.js';
export type { TestedApplication } from './http/tested-application.js';
export type { Runner } from './runner.js';
