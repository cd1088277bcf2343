import { GatehouseError } from './gatehouse-error.js';

/** What `session.exclusive` runs had no outcome in time. */
export class ExclusiveTimeoutError extends GatehouseError {
  constructor(
    readonly key: string,
    /** In seconds. */
    readonly timeout: number,
  ) {
    super(
      'EXCLUSIVE_TIMEOUT',
      `session.exclusive('${key}', …) had no outcome within ${timeout} seconds. Let its function end earlier (it gets a ` +
        `signal, for fetch and others), or allow it more time: { timeout: ${Math.ceil(timeout * 3)} }.`,
    );
  }
}

const LOST: Record<'session-ended' | 'too-large', string> = {
  'session-ended':
    'the session has ended, or its visitor is another one, since this request began. The function was not run. Answer the ' +
    'request as one of a guest.',
  'too-large':
    'another process has run the function, and its value was too large to be stored for this request. Return less (an id ' +
    'instead of the object, at most 4000 characters), and have the function set the rest in the session.',
};

/** The outcome of what `session.exclusive` runs is not available to this request. */
export class ExclusiveOutcomeLostError extends GatehouseError {
  constructor(
    readonly key: string,
    readonly reason: 'session-ended' | 'too-large',
  ) {
    super('EXCLUSIVE_OUTCOME_LOST', `session.exclusive('${key}', …) has no outcome for this request: ${LOST[reason]}`);
  }
}
