import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

/** The folder for files that belong to this machine only. It contains its own .gitignore. */
const FOLDER = '.gatehouse/';

/** Returns the secret for development: generated once, kept in the project's folder, never part of a build. */
export function developmentSecret(root: URL): string {
  const folder = new URL(FOLDER, root);
  // Vite's development server never serves a file with this name.
  const file = new URL('.env.development-secret', folder);
  try {
    const kept = readFileSync(file, 'utf8').trim();
    if (kept !== '') return kept;
  } catch {
    // It does not exist yet.
  }
  const secret = randomBytes(32).toString('base64url');
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('.gitignore', folder), '*\n');
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  return secret;
}
