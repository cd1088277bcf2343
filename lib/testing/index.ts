export type { Abilities, MakeStore, Surroundings } from './abilities.js';
export { describeSessionStore } from './describe-session-store.js';
export { type FakeRequest, type FakeScope, fakeScope } from './fake-scope.js';
export { FrozenClock } from './frozen-clock.js';
export type { Runner } from './runner.js';
export { signInCookie, type TestedApplication } from './sign-in-cookie.js';
