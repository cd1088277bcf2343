export { default } from './astro/build/integration.js';
export type { GatehouseOptions } from './astro/options/options.js';
export type { StoreChoice, StoreOptions, UnstorageByDriver } from './astro/options/store-choice.js';
export { GatehouseError } from './errors/index.js';
