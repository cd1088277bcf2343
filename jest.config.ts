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
  testTimeout: 120_000,
  maxWorkers: 2,
};

export default config;
