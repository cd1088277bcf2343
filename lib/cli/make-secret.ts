import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { weaknessOf } from '../session/cookies/secrets.js';

const BYTES = 32;
/** Matches the assignment up to its value, and the value with the rest of the line. */
const LINE = /^([^\S\n]*(?:export[^\S\n]+)?GATEHOUSE_SECRET[^\S\n]*=[^\S\n]*)([^\r\n]*)/gm;

export const HINT =
  'Set it as GATEHOUSE_SECRET where the server starts, or write it to a file: npx astro-gatehouse secret --write';

/** @returns 256 random bits, in characters that never need quotes. */
export function makeSecret(): string {
  return randomBytes(BYTES).toString('base64url');
}

/**
 * Writes a secret to a file of environment variables, in front of existing secrets. These still open what they have
 * sealed, so nobody is signed out.
 *
 * @returns Messages for the user, without the secret.
 */
export function writeSecret(file: string, secret: string): string[] {
  const name = basename(file);
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  // If there are several lines, the last one counts.
  const line = [...text.matchAll(LINE)].at(-1);
  const [, assignment = '', rest = ''] = line ?? [];
  const { quote, secrets, behind } = readValue(rest);
  const value = `${quote}${[secret, ...secrets].join(',')}${quote}${behind}`;
  const written = line
    ? text.slice(0, line.index) + assignment + value + text.slice(line.index + line[0].length)
    : `${withLastLineEnded(text)}GATEHOUSE_SECRET=${secret}\n`;
  // The mode applies only to a new file. An existing file keeps its permissions.
  writeFileSync(file, written, { mode: 0o600 });
  return [
    secrets.length === 0 ? `GATEHOUSE_SECRET is in ${name}.` : `A new secret is in front of those in ${name}: ${KEPT}`,
    ...secrets.flatMap((old, index) => weakness(old, index)),
    ...(isSeenByGit(file)
      ? [`${name} is not ignored by git: add it to .gitignore, or the secret becomes public.`]
      : []),
    howItIsRead(name),
  ];
}

/** Tells how a built server gets the variables of a file. A Worker has files and secrets of its own. */
function howItIsRead(name: string): string {
  return name.startsWith('.dev.vars')
    ? `astro preview reads ${name} after the next build. The deployed Worker does not: npx wrangler secret put GATEHOUSE_SECRET`
    : `A built server does not read ${name} by itself: node --env-file=${name} dist/server/entry.mjs`;
}

const KEPT =
  'it seals from the next start on, and the others open what they have sealed. Remove them when the longest session ' +
  'is over.';

function weakness(secret: string, index: number): string[] {
  const found = weaknessOf(secret);
  if (!found) return [];
  return [`An old secret, at place ${index + 2}, ${found}: remove it, or no production server starts.`];
}

/** Splits a value: the part in quotes, or up to a comment, and the rest. */
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

/** Checks whether git would commit a file. Returns `false` without git. */
export function isSeenByGit(file: string): boolean {
  try {
    execFileSync('git', ['check-ignore', '--quiet', basename(file)], { cwd: dirname(file), stdio: 'ignore' });
    return false;
  } catch (error) {
    // 1: not ignored. Anything else: no repository, or git is not installed.
    return (error as { status?: unknown }).status === 1;
  }
}
