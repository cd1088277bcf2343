export { FrozenClock } from '../../lib/testing/frozen-clock.js';
