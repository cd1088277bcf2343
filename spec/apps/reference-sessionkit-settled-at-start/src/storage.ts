import { AsyncLocalStorage } from 'node:async_hooks';

export const myCustomStorage = new AsyncLocalStorage<unknown>();
export const calls = { runWithContext: 0, getContextStore: 0, setContextStore: 0 };
