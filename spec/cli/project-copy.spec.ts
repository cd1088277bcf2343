import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ProjectCopy } from '../../lib/cli/project-copy.js';

const NOBODY = 65_534;

let outside: string;
let root: string;
let copy: ProjectCopy | undefined;

beforeEach(() => {
  outside = realpathSync(mkdtempSync(join(tmpdir(), 'gatehouse-copied-')));
  root = join(outside, 'project');
  write('package.json', '{}');
});

afterEach(() => {
  copy?.remove();
  copy = undefined;
  rmSync(outside, { recursive: true });
});

function write(path: string, text = path): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function copied(): ProjectCopy {
  copy = new ProjectCopy(root);
  return copy;
}

/** Runs a function as a user without the privileges of root, so that permissions apply. */
function asNobody<Result>(act: () => Result): Result {
  if (process.geteuid?.() !== 0) return act();
  process.seteuid?.(NOBODY);
  try {
    return act();
  } finally {
    process.seteuid?.(0);
  }
}

const at = (path: string) => join(copy?.folder ?? '', path);
const text = (path: string) => readFileSync(at(path), 'utf8');

describe('The copy of a project', () => {
  it('contains its files beside the project, and is not readable by other users', () => {
    write('src/pages/index.astro');
    write('.env', 'KEY=value');
    mkdirSync(join(root, 'public'));
    const { folder } = copied();
    expect(text('src/pages/index.astro')).toBe('src/pages/index.astro');
    expect(text('.env')).toBe('KEY=value');
    expect(statSync(at('public')).isDirectory()).toBe(true);
    expect(dirname(folder)).toBe(dirname(root));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('omits the output of builds and servers', () => {
    const made = [
      'dist/a',
      '.astro/a',
      '.vercel/output/a',
      '.netlify/build/a',
      '.wrangler/a',
      '.gatehouse/a',
      '.git/a',
    ];
    for (const path of made) write(path);
    write('.vercel/project.json');
    write('src/dist/kept.ts');
    copied();
    expect(readdirSync(at('')).sort()).toEqual(['.git', '.netlify', '.vercel', 'package.json', 'src']);
    expect(readdirSync(at('.vercel'))).toEqual(['project.json']);
    expect(text('src/dist/kept.ts')).toBe('src/dist/kept.ts');
  });

  it('links to the packages, and copies what tools write beside them', () => {
    for (const path of [
      'a/index.js',
      '@b/c/index.js',
      '.bin/a',
      '.vite/x',
      '.astro/data-store.json',
      '.astro/image.png',
    ])
      write(`node_modules/${path}`);
    write('packages/one/node_modules/d/index.js');
    copied();
    expect(readdirSync(at('node_modules')).sort()).toEqual(['.astro', '.bin', '@b', 'a']);
    expect(realpathSync(at('node_modules/@b/c/index.js'))).toBe(join(root, 'node_modules/@b/c/index.js'));
    expect(realpathSync(at('packages/one/node_modules/d'))).toBe(join(root, 'packages/one/node_modules/d'));
    expect(readdirSync(at('node_modules/.astro'))).toEqual(['data-store.json']);
    expect(realpathSync(at('node_modules/.astro'))).toBe(at('node_modules/.astro'));
  });

  it('has links of its own, both into itself and to the outside', () => {
    write('content/a.md');
    mkdirSync(join(outside, 'shared'));
    symlinkSync(join(root, 'content'), join(root, 'absolute'));
    symlinkSync('content', join(root, 'relative'));
    symlinkSync('../shared', join(root, 'shared'));
    symlinkSync('nowhere', join(root, 'broken'));
    copied();
    expect(realpathSync(at('absolute'))).toBe(at('content'));
    expect(realpathSync(at('relative'))).toBe(at('content'));
    expect(realpathSync(at('shared'))).toBe(join(outside, 'shared'));
    expect(relative(at(''), readlinkSync(at('broken')))).toBe('nowhere');
  });

  it('omits unreadable files', () => {
    write('data/db');
    write('src/a.ts');
    chmodSync(outside, 0o777);
    chmodSync(root, 0o777);
    chmodSync(join(root, 'data'), 0o000);
    asNobody(copied);
    expect(readdirSync(at('')).sort()).toEqual(['data', 'package.json', 'src']);
    expect(readdirSync(at('data'))).toEqual([]);
    chmodSync(join(root, 'data'), 0o755);
  });

  it('is inside the project where the parent folder is not writable, and leaves nothing behind', () => {
    write('src/a.ts');
    chmodSync(root, 0o777);
    chmodSync(outside, 0o555);
    asNobody(copied);
    expect(dirname(copy?.folder ?? '')).toBe(join(root, '.astro'));
    expect(readdirSync(at('')).sort()).toEqual(['package.json', 'src']);
    copy?.remove();
    expect(readdirSync(root).sort()).toEqual(['package.json', 'src']);
    chmodSync(outside, 0o755);
  });

  it('is deleted by remove(), which leaves the project alone', () => {
    write('node_modules/a/index.js');
    const { folder } = copied();
    copy?.remove();
    expect(existsSync(folder)).toBe(false);
    expect(existsSync(join(root, 'node_modules/a/index.js'))).toBe(true);
    expect(process.listeners('SIGINT')).toEqual([]);
  });

  it('is renamed to the project in strings, and in data that contain such strings', () => {
    const { folder } = copied();
    const made = { list: [`${folder}/a`, 1, null], at: new Date(0), text: `a ${folder} b ${folder}` };
    expect(copy?.renamed(made)).toEqual({ list: [`${root}/a`, 1, null], at: new Date(0), text: `a ${root} b ${root}` });
  });
});
