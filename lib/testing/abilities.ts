import type { SessionConfig } from '../session/session-config.js';
import type { SessionStore } from '../session/stores/session-store.js';
import type { FrozenClock } from './frozen-clock.js';

/** What a store under test is made with. */
export interface Surroundings {
  config: SessionConfig;
  /** The store's clock is to be this one: tests let hours pass by it. */
  clock: FrozenClock;
}

/** Makes a store that knows no session yet. */
export type MakeStore<Store extends SessionStore> = (surroundings: Surroundings) => Store | Promise<Store>;

/** What a store promises, and how it is looked at. */
export interface Abilities<Store extends SessionStore = SessionStore> {
  /**
   * Whether it can end a session, so that a copy of its cookie leads nowhere from then on, and so knows of one that
   * somebody else has ended. A store that keeps everything in the cookie cannot. Default: true.
   */
  endsSessions?: boolean | undefined;
  /**
   * Whether requests at once lose nothing, be it a change, a sign-out or a message, and whether a request under way
   * with an id from before finds its session. A `VersionedSessionStore` whose `replace` is one step does. Default: true,
   * unless the store cannot end sessions.
   */
  losesNothing?: boolean | undefined;
  /** Whether the sessions of a user can be listed and revoked. Default: false. */
  listsSessions?: boolean | undefined;
  /** Everything that the store keeps, as text, keys included: then nothing in it may be usable as a cookie. */
  dump?: ((store: Store) => string | Promise<string>) | undefined;
  /** Releases what a store holds (a connection, a folder) after each test. */
  close?: ((store: Store) => unknown) | undefined;
}
