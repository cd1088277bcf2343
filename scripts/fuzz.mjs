// Sends as much as is promised, where the test suite sends a part of it. FUZZ_SEED=… sends what a run before sent.
import { spawnSync } from 'node:child_process';

const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
const options = [
  'spec/journeys/(?:hostile-input|spellings|guarded-routes).spec.ts',
  '--testTimeout',
  String(20 * 60 * 1000),
  ...process.argv.slice(2),
];
const { status } = spawnSync(process.execPath, [...jest, ...options], {
  stdio: 'inherit',
  env: { FUZZ: '1', ...process.env },
});
process.exitCode = status ?? 1;
