import type { SessionOptions } from '../session/session-config.js';
import type { SessionStore } from '../session/stores/session-store.js';
import type { Abilities, MakeStore } from './abilities.js';
import { Application } from './application.js';
import type { Runner } from './runner.js';

/** Starts an application with an empty store. */
export type Start<Store extends SessionStore = SessionStore> = (
  options?: SessionOptions,
) => Promise<Application<Store>>;

/** The functions that register tests. */
export interface Tests {
  describe(subject: string, body: () => void): void;
  it(claim: string, test: (start: Start) => Promise<void>): void;
}

/** The tests of one store. Each test starts with an empty store and closes what it has opened. */
export class Suite<Store extends SessionStore = SessionStore> implements Tests {
  constructor(
    private readonly name: string,
    private readonly make: MakeStore<Store>,
    readonly abilities: Abilities<Store>,
    private readonly runner: Runner,
  ) {}

  describe(subject: string, body: () => void): void {
    this.runner.describe(`${this.name}: ${subject}`, body);
  }

  it(claim: string, test: (start: Start<Store>) => Promise<void>): void {
    this.runner.it(claim, async () => {
      const started: Application<Store>[] = [];
      try {
        await test(async (options) => {
          const app = await Application.start(this.make, options);
          started.push(app);
          return app;
        });
      } finally {
        for (const { store } of started) await this.abilities.close?.(store);
      }
    });
  }
}
