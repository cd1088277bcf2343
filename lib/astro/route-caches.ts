import type { AstroConfig } from 'astro';
import type { SegmentMatcher } from '../access/paths/path-pattern.js';
import { segmentsOf } from '../access/paths/path-pattern.js';

/**
 * Returns the keys of `routeRules` that enable caching, with their segments. Without a cache provider, or without a
 * time, nothing is cached.
 *
 * @see node_modules/astro/dist/core/cache/utils.js
 */
export function cachedPatterns({ cache, routeRules }: AstroConfig): Map<string, SegmentMatcher[]> {
  if (!cache?.provider) return new Map();
  const cached = Object.entries(routeRules ?? {}).filter(([, { maxAge = 0, swr = 0 }]) => maxAge > 0 || swr > 0);
  return new Map(cached.map(([pattern]) => [pattern, segmentsOf(pattern).map(toMatcher)]));
}

function toMatcher(segment: string): SegmentMatcher {
  if (segment.includes('[...')) return { kind: 'any' };
  return segment.includes('[') ? { kind: 'one' } : { kind: 'literal', text: segment };
}
