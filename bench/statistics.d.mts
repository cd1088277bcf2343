import type { Summary } from './figures.ts';

export function median(values: readonly number[]): number;
export function quantile(values: readonly number[], part: number): number;
export function spread(values: readonly number[]): number;
export function summary(values: readonly number[]): Summary;
