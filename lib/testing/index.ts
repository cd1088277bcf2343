export type { Abilities, MakeStore, Surroundings } from './abilities.js';
export { describeSessionStore } from './describe-session-store.js';
export { FrozenClock } from './frozen-clock.js';
export type { Runner } from './runner.js';
