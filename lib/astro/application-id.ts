import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroConfig } from 'astro';

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
