import type { Config } from 'jest';

const config: Config = {
  globalSetup: '<rootDir>/spec/support/global-set-up.ts',
  globalTeardown: '<rootDir>/spec/support/global-tear-down.ts',
  roots: ['<rootDir>/spec'],
  testEnvironment: '<rootDir>/spec/support/plain-environment.ts',
  testMatch: ['**/*.spec.ts'],
  testPathIgnorePatterns: ['<rootDir>/spec/apps/', '<rootDir>/spec/fixtures/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['ts-jest', { useESM: true, tsconfig: 'tsconfig.json' }] },
  // For what hangs: on a busy machine the types of several applications, which are checked in turn, take minutes.
  testTimeout: 300_000,
  // One more than there are cores where this is to be fast: each waits while its applications are built.
  maxWorkers: 3,
  testSequencer: '<rootDir>/spec/support/applications-first.ts',
};

export default config;
