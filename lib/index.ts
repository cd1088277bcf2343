export { default } from './astro/integration.js';
export type { GatehouseOptions } from './astro/options.js';
export type { StoreChoice, StoreOptions, UnstorageByDriver } from './astro/store-choice.js';
export { GatehouseError } from './errors.js';
