export { default } from './astro/integration.js';
export type { GatehouseOptions, StoreChoice } from './astro/options.js';
export { GatehouseError } from './errors.js';
