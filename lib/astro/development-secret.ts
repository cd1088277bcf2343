import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Where a project keeps what belongs to this machine alone. It keeps itself out of git. */
const FOLDER = '.gatehouse/';

/** The secret a project is developed with: made once, kept beside the project, never in a build. */
export function developmentSecret(root: URL): string {
  const folder = new URL(FOLDER, root);
  // A name that Vite's development server never serves.
  const file = new URL('.env.development-secret', folder);
  try {
    const kept = readFileSync(file, 'utf8').trim();
    if (kept !== '') return kept;
  } catch {
    // Not made yet.
  }
  const secret = randomBytes(32).toString('base64url');
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('.gitignore', folder), '*\n');
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  return secret;
}
