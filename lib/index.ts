export { default } from './astro/integration.js';
export type { GatehouseOptions, StoreName } from './astro/options.js';
export { GatehouseError } from './errors.js';
