import { existsSync, readdirSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroConfig, IntegrationResolvedRoute } from 'astro';
import { AccessRule } from '../access/access-rule.js';
import { GuardConfig } from '../access/guard-config.js';
import { overlaps } from '../access/path-overlap.js';
import { type SegmentMatcher, segmentsOf } from '../access/path-pattern.js';
import type { UnguardedFile } from '../errors.js';
import type { GatehouseOptions } from './options.js';

/** Which prerendered pages and public files the rules of a configuration mean to protect, and cannot. */
export function unguardedFiles(
  options: GatehouseOptions,
  routes: readonly IntegrationResolvedRoute[],
  config: AstroConfig,
): UnguardedFile[] {
  const rules = (options.protect ?? []).map((rule) => new AccessRule(rule));
  const guard = new GuardConfig(options, config);
  const pages = routes.filter(
    ({ isPrerendered, type, origin }) => isPrerendered && type !== 'redirect' && origin !== 'internal',
  );
  const found = pages.map(({ pattern, entrypoint, segments }) => ({
    path: pattern,
    file: entrypoint,
    protectedBy: ruleOver(segments.map(toMatcher), rules) ?? guard.globalProtectOver(pattern),
  }));
  const publicFiles = filesIn(config.publicDir).map((path) => ({
    path,
    file: relative(fileURLToPath(config.root), fileURLToPath(config.publicDir)) + path,
    protectedBy: ruleOver(
      segmentsOf(path).map((text) => ({ kind: 'literal', text })),
      rules,
    ),
  }));
  return [...found, ...publicFiles].filter((file): file is UnguardedFile => file.protectedBy !== undefined);
}

function ruleOver(path: readonly SegmentMatcher[], rules: readonly AccessRule[]): string | undefined {
  const position = rules.findIndex((rule) => overlaps(rule.path.segments, path));
  return position < 0 ? undefined : `protect[${position}] ${rules[position]}`;
}

/** A segment with a parameter beside other text may be anything: rather one page too many is reported. */
function toMatcher(parts: IntegrationResolvedRoute['segments'][number]): SegmentMatcher {
  if (parts.some(({ spread }) => spread)) return { kind: 'any' };
  if (parts.some(({ dynamic }) => dynamic)) return { kind: 'one' };
  return { kind: 'literal', text: parts.map(({ content }) => content).join('') };
}

/** @returns The paths under which the files of a folder are served. */
function filesIn(folder: URL): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `/${relative(fileURLToPath(folder), `${entry.parentPath}/${entry.name}`).replaceAll('\\', '/')}`);
}
