import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { weaknessOf } from '../session/secret-strength.js';

const BYTES = 32;
/** The assignment up to its value, and the value with what stands behind it. */
const LINE = /^([^\S\n]*(?:export[^\S\n]+)?GATEHOUSE_SECRET[^\S\n]*=[^\S\n]*)([^\r\n]*)/gm;

export const HINT =
  'Set it as GATEHOUSE_SECRET where the server starts, or have it written: npx astro-gatehouse secret --write';

/** @returns 256 random bits, in letters that need no quotes anywhere. */
export function makeSecret(): string {
  return randomBytes(BYTES).toString('base64url');
}

/**
 * Puts a secret into a file of environment variables. Secrets that are there follow it: they still open what they have
 * sealed, and nobody is signed out.
 *
 * @returns What there is to say about it; the secret is not in it.
 */
export function writeSecret(file: string, secret: string): string[] {
  const name = basename(file);
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  // Of several lines the last one counts.
  const line = [...text.matchAll(LINE)].at(-1);
  const [, assignment = '', rest = ''] = line ?? [];
  const { quote, secrets, behind } = readValue(rest);
  const value = `${quote}${[secret, ...secrets].join(',')}${quote}${behind}`;
  const written = line
    ? text.slice(0, line.index) + assignment + value + text.slice(line.index + line[0].length)
    : `${withLastLineEnded(text)}GATEHOUSE_SECRET=${secret}\n`;
  // The mode is for a file that is made: what others could read, they still can.
  writeFileSync(file, written, { mode: 0o600 });
  return [
    secrets.length === 0 ? `GATEHOUSE_SECRET is in ${name}.` : `A new secret is in front of those in ${name}: ${KEPT}`,
    ...secrets.flatMap((old, index) => weakness(old, index)),
    ...(isSeenByGit(file) ? [`${name} is not ignored by git: add it to .gitignore, or the secret is none.`] : []),
    `A built server does not read ${name} by itself: node --env-file=${name} dist/server/entry.mjs`,
  ];
}

const KEPT =
  'it seals from the next start on, and the others open what they have sealed. Remove them when the longest session is over.';

function weakness(secret: string, index: number): string[] {
  const found = weaknessOf(secret);
  if (!found) return [];
  return [`An old secret, at place ${index + 2}, ${found}: remove it, or no production server starts.`];
}

/** What stands in quotes, or up to a comment. */
function readValue(rest: string): { quote: string; secrets: string[]; behind: string } {
  const [, quote = '', quoted = ''] = /^(["'`])(.*?)\1/.exec(rest) ?? [];
  const text = quote === '' ? (/^(?:[^\s#]|[^\S\n]+(?![\s#]|$)|(?<=\S)#)*/.exec(rest)?.[0] ?? '') : quoted;
  const secrets = text
    .split(',')
    .map((secret) => secret.trim())
    .filter((secret) => secret !== '');
  const behind = rest.slice(quote.length * 2 + text.length);
  return { quote, secrets, behind: behind.startsWith('#') ? ` ${behind}` : behind };
}

function withLastLineEnded(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

/** Whether git would take a file along. `false` where there is no git to do so. */
export function isSeenByGit(file: string): boolean {
  try {
    execFileSync('git', ['check-ignore', '--quiet', basename(file)], { cwd: dirname(file), stdio: 'ignore' });
    return false;
  } catch (error) {
    // 1: not ignored. Anything else: no repository, or no git.
    return (error as { status?: unknown }).status === 1;
  }
}
