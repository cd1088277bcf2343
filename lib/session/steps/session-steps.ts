/** Options of `session.exclusive`. */
export interface ExclusiveOptions {
  /** How long to wait for the outcome, in seconds. Default: 10. */
  timeout?: number | undefined;
}

/** What a session does before its commit, because it concerns other requests of the same visitor. */
export interface SessionSteps {
  /** Removes a value from the stored session, and returns it if this request was the one to remove it. */
  take(key: string): Promise<unknown>;
  /** Runs a function, or waits for a concurrent request that already does. */
  exclusive<Value>(
    key: string,
    run: (signal: AbortSignal) => Value,
    options?: ExclusiveOptions,
  ): Promise<Awaited<Value>>;
  /** Records that the request is over: later requests of the session do not share its outcomes. */
  end(): void;
}
