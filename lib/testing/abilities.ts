import type { SessionConfig } from '../session/session-config.js';
import type { SessionStore } from '../session/stores/session-store.js';
import type { FrozenClock } from './frozen-clock.js';

/** The configuration and the clock that a store under test is created with. */
export interface Surroundings {
  config: SessionConfig;
  /** The clock that the store must use. Tests advance it by hours. */
  clock: FrozenClock;
}

/** Creates a store without any sessions. */
export type MakeStore<Store extends SessionStore> = (surroundings: Surroundings) => Store | Promise<Store>;

/** The abilities of a store, and functions that inspect and close it. */
export interface Abilities<Store extends SessionStore = SessionStore> {
  /**
   * Set when the store can end a session, so that a copy of its cookie becomes useless, and so detects that another
   * request has ended it. A store that keeps everything in the cookie cannot. Default: true.
   */
  endsSessions?: boolean | undefined;
  /**
   * Set when concurrent requests lose nothing (neither a change nor a sign-out nor a message), and when a request in
   * progress with an old id finds its session. This holds for a `VersionedSessionStore` whose `replace` is atomic.
   * Default: true, unless the store cannot end sessions.
   */
  losesNothing?: boolean | undefined;
  /** Set when the sessions of a user can be listed and revoked. Default: false. */
  listsSessions?: boolean | undefined;
  /**
   * Returns everything that the store keeps, keys included, as a string. The tests then check that nothing in it can be
   * used as a cookie.
   */
  dump?: ((store: Store) => string | Promise<string>) | undefined;
  /** Releases the resources of a store (a connection, a folder) after each test. */
  close?: ((store: Store) => unknown) | undefined;
}
