import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeSecret, writeSecret } from '../../lib/cli/make-secret.js';
import { Secrets } from '../../lib/session/cookies/secrets.js';

const OLD = 'k7Qz2vXw9Lr4Nf8Tb1Yc6Hm3Jd5Gs0Pa';
const OLDER = 'Wn5Rt8Uq1Zx4Ce7Bv0Lm3Ks6Jh9Gf2Dp';
const NEW = 'Xq3-x8pIeEZCbBWFWj1YGtqcLpo0pZZDY06lBFSmFfU';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'secret-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Writes a new secret into a file with the given text, or into a new file. */
function write(text?: string): { file: string; written: string; said: string } {
  const file = join(folder, '.env');
  if (text !== undefined) writeFileSync(file, text);
  const said = writeSecret(file, NEW).join('\n');
  return { file, written: readFileSync(file, 'utf8'), said };
}

describe('A new secret', () => {
  it('is 32 random bytes in base64url, which a production server accepts', () => {
    const secrets = Array.from({ length: 1000 }, makeSecret);
    expect(new Set(secrets).size).toBe(1000);
    expect(secrets.every((secret) => /^[A-Za-z0-9_-]{43}$/.test(secret))).toBe(true);
    expect(() => Secrets.from(secrets, { source: 'a spec', isProduction: true })).not.toThrow();
  });
});

describe('A written secret', () => {
  it('creates a file that no other user can read', () => {
    const { file, written, said } = write();
    expect(written).toBe(`GATEHOUSE_SECRET=${NEW}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(said).toContain('GATEHOUSE_SECRET is in .env.');
    expect(said).toContain('node --env-file=.env dist/server/entry.mjs');
  });

  it('tells what a Worker does with its file', () => {
    const said = writeSecret(join(folder, '.dev.vars'), NEW).join('\n');
    expect(said).toContain('npx wrangler secret put GATEHOUSE_SECRET');
    expect(said).not.toContain('node --env-file');
  });

  it.each([
    ['a file without the variable', 'A=1\n', `A=1\nGATEHOUSE_SECRET=${NEW}\n`],
    ['a last line without a line break', 'A=1', `A=1\nGATEHOUSE_SECRET=${NEW}\n`],
    ['a comment that names it', '# GATEHOUSE_SECRET=x\n', `# GATEHOUSE_SECRET=x\nGATEHOUSE_SECRET=${NEW}\n`],
    ['a name that ends the same way', 'OLD_GATEHOUSE_SECRET=x\n', `OLD_GATEHOUSE_SECRET=x\nGATEHOUSE_SECRET=${NEW}\n`],
    ['an empty value', 'GATEHOUSE_SECRET=\nB=2\n', `GATEHOUSE_SECRET=${NEW}\nB=2\n`],
    ['an empty value in quotes', 'GATEHOUSE_SECRET=""\n', `GATEHOUSE_SECRET="${NEW}"\n`],
    ['an empty value with a comment', 'GATEHOUSE_SECRET= # to be made\n', `GATEHOUSE_SECRET= ${NEW} # to be made\n`],
    ['one secret', `GATEHOUSE_SECRET=${OLD}`, `GATEHOUSE_SECRET=${NEW},${OLD}`],
    ['several secrets', `GATEHOUSE_SECRET=${OLD}, ${OLDER}\n`, `GATEHOUSE_SECRET=${NEW},${OLD},${OLDER}\n`],
    ['double quotes', `GATEHOUSE_SECRET="${OLD}" # ours\n`, `GATEHOUSE_SECRET="${NEW},${OLD}" # ours\n`],
    ['single quotes', `GATEHOUSE_SECRET='${OLD}'\n`, `GATEHOUSE_SECRET='${NEW},${OLD}'\n`],
    ['a comment after it', `GATEHOUSE_SECRET=${OLD} # ours\n`, `GATEHOUSE_SECRET=${NEW},${OLD} # ours\n`],
    ['export and blanks', `  export GATEHOUSE_SECRET = ${OLD}\n`, `  export GATEHOUSE_SECRET = ${NEW},${OLD}\n`],
    ['Windows line endings', `GATEHOUSE_SECRET=${OLD}\r\nB=2\r\n`, `GATEHOUSE_SECRET=${NEW},${OLD}\r\nB=2\r\n`],
    [
      'two lines, of which the last one counts',
      `GATEHOUSE_SECRET=a\nGATEHOUSE_SECRET=${OLD}\n`,
      `GATEHOUSE_SECRET=a\nGATEHOUSE_SECRET=${NEW},${OLD}\n`,
    ],
  ])('is put before the existing value: %s', (_, before, after) => {
    const { written } = write(before);
    expect(written).toBe(after);
    // As Node reads the file.
    expect(parseEnv(written).GATEHOUSE_SECRET?.split(',')[0]).toBe(NEW);
  });

  it('does not change the permissions of an existing file', () => {
    const file = join(folder, '.env');
    writeFileSync(file, '', { mode: 0o640 });
    writeSecret(file, NEW);
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  it('is followed by a warning about a weak old secret, without revealing any', () => {
    const { said } = write(`GATEHOUSE_SECRET=${OLD},change-me-change-me-change-me-soon\n`);
    expect(said).toContain('An old secret, at place 3, is a placeholder: remove it, or no production server starts.');
    expect(said).not.toContain(OLD);
    expect(said).not.toContain(NEW);
    expect(said).not.toContain('soon');
  });

  it('is followed by a warning where git does not ignore the file', () => {
    expect(write().said).not.toContain('ignored by git');
    execFileSync('git', ['init', '-q'], { cwd: folder });
    expect(write('').said).toContain('.env is not ignored by git: add it to .gitignore');
    writeFileSync(join(folder, '.gitignore'), '.env\n');
    expect(write('').said).not.toContain('ignored by git');
  });

  it('is not written into a missing folder', () => {
    const file = join(folder, 'none/.env');
    expect(() => writeSecret(file, NEW)).toThrow('ENOENT');
    expect(existsSync(file)).toBe(false);
  });
});
