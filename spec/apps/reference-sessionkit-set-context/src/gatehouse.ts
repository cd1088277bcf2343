import { defineGatehouse } from 'astro-gatehouse/server';
import { calls, myCustomStorage } from './storage';

export default defineGatehouse({
  setContextStore: (context) => {
    calls.setContextStore += 1;
    myCustomStorage.enterWith(context);
  },
  getContextStore: () => {
    calls.getContextStore += 1;
    return myCustomStorage.getStore();
  },
});
