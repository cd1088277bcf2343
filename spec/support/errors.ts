import { GatehouseError } from '../../lib/errors/index.js';

/** Returns the error that is thrown, so that a spec can inspect its data. */
export function errorOf(run: () => unknown): GatehouseError {
  try {
    run();
  } catch (error) {
    if (error instanceof GatehouseError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
