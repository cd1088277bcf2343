import { defineGatehouse } from 'astro-gatehouse/server';
import { calls, myCustomStorage } from './storage';

export default defineGatehouse({
  runWithContext: (context, fn) => {
    calls.runWithContext += 1;
    return myCustomStorage.run(context, fn);
  },
  getContextStore: () => {
    calls.getContextStore += 1;
    return myCustomStorage.getStore();
  },
});
