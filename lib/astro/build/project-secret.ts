import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroConfig } from 'astro';
import { InvalidOptionsError } from '../../errors/index.js';

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

const NAME = 'GATEHOUSE_SECRET';

/**
 * Returns the declaration of the secret for `astro:env`: a secret that is read at run time. It is not required, because
 * neither a build nor `astro dev` needs it; a built server reports a missing one itself.
 *
 * @throws {InvalidOptionsError} When the project has declared it public, which would put it into the build.
 */
export function secretVariable({ env }: Pick<AstroConfig, 'env'>): AstroConfig['env']['schema'] {
  const declared = env?.schema?.[NAME];
  if (!declared) return { [NAME]: { context: 'server', access: 'secret', type: 'string', optional: true } };
  if (declared.access === 'secret') return {};
  const cure = `leave it out, or write envField.string({ context: 'server', access: 'secret', optional: true })`;
  throw new InvalidOptionsError([`env.schema.${NAME} would put the secret into the build: ${cure}`]);
}

const LENGTH = 6;

/**
 * Returns an id that distinguishes an application from others on its host, because a browser keeps the cookies of all
 * ports of a host together. A build has the same id on every machine: it is derived from the name in package.json and
 * from `base`, and there is none without both. In development it also differs between folders.
 *
 * @returns A few characters that do not reveal the name; `undefined` when there is neither a name nor a base.
 */
export function applicationId(
  { root, base }: Pick<AstroConfig, 'root' | 'base'>,
  isDevelopment: boolean,
): string | undefined {
  const folder = fileURLToPath(root).replace(/[\\/]+$/, '');
  const basePath = base.replace(/^\/+|\/+$/g, '');
  const project = isDevelopment ? folder : namedPlace(folder);
  if (project === undefined && basePath === '') return undefined;
  return createHash('sha256')
    .update(JSON.stringify([project, basePath]))
    .digest('hex')
    .slice(0, LENGTH);
}

/**
 * Returns the name of the package that contains a folder, and the folder's path in it, because a package may contain
 * several sites.
 */
function namedPlace(folder: string): string | undefined {
  const owner = packageFolder(folder);
  const name = owner && nameIn(join(owner, 'package.json'));
  return owner && name && [name, ...relative(owner, folder).split(sep)].join('/');
}

function packageFolder(folder: string): string | undefined {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const above = dirname(folder);
  return above === folder ? undefined : packageFolder(above);
}

function nameIn(file: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(file, 'utf8'));
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch {
    // An invalid package.json is reported by the tools that need it.
    return undefined;
  }
}
