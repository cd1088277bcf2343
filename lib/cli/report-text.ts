import type { ProtectionEntry } from '../access/report/protection-report.js';
import type { SavedReport } from '../astro/report/build-channel.js';
import { alignedRows } from './table.js';

const HEAD = ['PATH', 'KIND', 'WHO', 'BY'];

/** Returns a report as a table for humans. */
export function asTable({ entries, notes }: SavedReport): string {
  const lines = alignedRows([HEAD, ...entries.map((entry) => [entry.path, entry.kind, whoOf(entry), entry.by])]);
  return [...lines, ...notes.map((note) => `Not in the table: ${note}.`)].join('\n');
}

/** Returns a report as JSON, one entry per line, so that two reports are easy to compare. */
export function asJson({ entries, notes }: SavedReport): string {
  const list = (items: readonly unknown[]) =>
    items.length === 0 ? '[]' : `[\n${items.map((item) => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`;
  return `{\n  "entries": ${list(entries)},\n  "notes": ${list(notes)}\n}`;
}

/** @returns The lines in which two reports differ, with `-` for removed and `+` for added ones. */
export function differences(saved: SavedReport, current: SavedReport): string[] {
  const [before, now] = [linesOf(saved), linesOf(current)];
  const gone = before.filter((line) => !now.includes(line)).map((line) => `- ${line}`);
  const added = now.filter((line) => !before.includes(line)).map((line) => `+ ${line}`);
  return [...gone, ...added].sort((one, other) => compare(one.slice(2), other.slice(2)));
}

/** @throws {TypeError} For a string that {@link asJson} did not create. */
export function fromJson(text: string): SavedReport {
  const saved: unknown = JSON.parse(text);
  if (isReport(saved)) return saved;
  throw new TypeError('it has no "entries" and "notes"');
}

function isReport(saved: unknown): saved is SavedReport {
  if (typeof saved !== 'object' || saved === null) return false;
  return 'entries' in saved && Array.isArray(saved.entries) && 'notes' in saved && Array.isArray(saved.notes);
}

function linesOf({ entries, notes }: SavedReport): string[] {
  const lines = entries.map((entry) => `${entry.kind} ${entry.path}: ${whoOf(entry)} (${entry.by})`);
  return [...lines, ...notes.map((note) => `note: ${note}`)];
}

function whoOf({ who, methods }: ProtectionEntry): string {
  return methods ? `${methods.join(', ')}: ${who}` : who;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
