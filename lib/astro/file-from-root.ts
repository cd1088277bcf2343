import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Returns the name of a file: relative to the project's root, or to the folder of installed packages. */
export function fileFromRoot(path: string, root: URL): string {
  const name = path.startsWith('/') ? relative(fileURLToPath(root), path).replaceAll('\\', '/') : path;
  return name.split('node_modules/').at(-1) ?? name;
}
