export * from './errors/build-errors.js';
export * from './errors/gatehouse-error.js';
export * from './errors/request-errors.js';
export * from './errors/session-errors.js';
export * from './errors/start-errors.js';
export * from './errors/testing-errors.js';
