// The samples import the package by its name, as an application would; here that name leads to this folder.
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = new URL('../samples/node_modules/', import.meta.url);
mkdirSync(modules, { recursive: true });
rmSync(new URL('astro-gatehouse', modules), { recursive: true, force: true });
symlinkSync(root, new URL('astro-gatehouse', modules), 'junction');
