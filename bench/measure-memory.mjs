import { Clock } from '../dist/base/clock.js';
import { SessionId } from '../dist/session/record/session-id.js';
import { SessionConfig } from '../dist/session/session-config.js';
import { MemorySessionStore } from '../dist/session/stores/memory-session-store.js';

const NOTHING = new Map();
/** With its name, quotation marks and separators: a session of about 200 bytes. */
const TEXT = 'x'.repeat(180);
const EXPIRY_STEPS = 200;

class HeldClock extends Clock {
  time = Date.UTC(2030, 0, 1);

  now() {
    return this.time;
  }
}

/** Fills the memory store, started with --expose-gc, and lets everything in it expire. */
export async function measureMemory(count) {
  const config = SessionConfig.from({}, { isProduction: true });
  const clock = new HeldClock();
  const store = new MemorySessionStore(config, clock);
  const start = clock.time;
  const before = used();
  for (let index = 0; index < count; index++) {
    // They come one after another, over nearly the whole time that a session lives.
    clock.time = Math.floor(start + (config.idleTimeout * 0.98 * index) / count);
    await store.write(begun(clock.time, config.idleTimeout, index));
  }
  const after = used();
  if (store.size !== count) throw new Error(`${store.size} of ${count} sessions are kept.`);
  const pauses = await expire(store, clock, config.idleTimeout);
  if (store.size !== 0) throw new Error(`${store.size} sessions did not expire.`);
  return { count, heap: after.heap - before.heap, resident: after.resident - before.resident, ...pauses };
}

function used() {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, resident: rss };
}

function begun(now, lifetime, index) {
  return {
    opened: undefined,
    id: SessionId.generate(),
    createdAt: now,
    renewedAt: now,
    expiresAt: now + lifetime,
    cleared: false,
    set: new Map([['data', TEXT + String(index).padStart(8, '0')]]),
    unset: new Set(),
    flashesAdded: NOTHING,
    flashesTaken: new Set(),
    identity: [],
  };
}

/** @returns The longest that a request waits while sessions expire bit by bit, and when all expire at once. */
async function expire(store, clock, lifetime) {
  const id = SessionId.generate();
  const start = clock.time;
  const pauses = [];
  for (let step = 1; step <= EXPIRY_STEPS / 2; step++) {
    clock.time = start + (lifetime * step) / EXPIRY_STEPS;
    pauses.push(await timeOf(() => store.read(id)));
  }
  clock.time = start + lifetime * 2;
  return { pause: Math.max(...pauses), pauseAtOnce: await timeOf(() => store.read(id)) };
}

/**
 * @returns Milliseconds of CPU, in which what else runs on the machine does not count. Of all threads: that of one thread
 * is kept in steps of several milliseconds, in which every pause that matters would be lost.
 */
async function timeOf(run) {
  const start = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}
