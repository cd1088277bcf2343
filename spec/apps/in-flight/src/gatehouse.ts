import {
  Clock,
  defineGatehouse,
  MemorySessionStore,
  RevocationList,
  SessionConfig,
  SessionStore,
} from 'astro-gatehouse/server';
import { MemoryRevocationList } from 'astro-gatehouse/stores';
import { store } from './store';

export { store };

/** Put forward by the page /later. */
class MovableClock extends Clock {
  override now(): number {
    return super.now() + (globalThis.ahead ?? 0);
  }
}

const isEmbedded = process.env.SAME_SITE === 'none';

export default defineGatehouse({
  session: {
    cookie: {
      sameSite: isEmbedded ? 'none' : process.env.SAME_SITE === 'strict' ? 'strict' : 'lax',
      chunks: process.env.CHUNKS === 'on',
      partitioned: process.env.PARTITIONED === 'on',
      ...(isEmbedded && { secure: true }),
    },
  },
  services: (services) => {
    services.override(Clock, MovableClock);
    if (store === 'memory') {
      services.override(SessionStore, (get) => new MemorySessionStore(get(SessionConfig), get(Clock)));
    }
    if (process.env.LIST === 'on') services.override(RevocationList, (get) => new MemoryRevocationList(get(Clock)));
  },
});
