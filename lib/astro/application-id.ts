import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroConfig } from 'astro';

const LENGTH = 6;

/**
 * Tells an application from others on its host, whose cookies a browser keeps together, whatever their ports. A build has the
 * same id wherever it is made: it comes from the name in package.json and from `base`, and there is none where neither says
 * anything. In development it is another one in each folder as well.
 *
 * @returns A few characters from which nobody learns the name; `undefined` where nothing is known.
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

/** The name of the package that a folder is in, and where in it: two sites may be in one. */
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
    // Whoever needs it to be right will say so.
    return undefined;
  }
}
