// Measures parts of the package alone, in a process of its own with --expose-gc: serving would leave its mark on both.
import { measureMemory } from './measure-memory.mjs';
import { measureRules } from './measure-rules.mjs';
import { measureSessions } from './measure-sessions.mjs';

const [sessions, fuzzedPairs] = process.argv.slice(2).map(Number);
process.send(
  { rules: await measureRules(fuzzedPairs), sessions: await measureSessions(), memory: await measureMemory(sessions) },
  () => process.disconnect(),
);
