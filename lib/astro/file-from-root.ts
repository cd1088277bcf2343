import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file as the project names it: from its root, or from the package that brings it. */
export function fileFromRoot(path: string, root: URL): string {
  const name = path.startsWith('/') ? relative(fileURLToPath(root), path).replaceAll('\\', '/') : path;
  return name.split('node_modules/').at(-1) ?? name;
}
