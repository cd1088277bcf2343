export * from './build-errors.js';
export * from './gatehouse-error.js';
export * from './request-errors.js';
export * from './session-errors.js';
export * from './start-errors.js';
export * from './step-errors.js';
export * from './testing-errors.js';
