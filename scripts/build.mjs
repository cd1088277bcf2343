// Compiles lib into dist, unless dist is already what the compiler made of these sources.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'node_modules/.cache/astro-gatehouse/build.json');

/** @param paths Files and folders, from the repository's root. */
function digestOf(...paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    const inside = path.includes('.')
      ? ['']
      : readdirSync(join(root, path), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map(({ parentPath, name }) => join(parentPath, name).slice(join(root, path).length))
          .sort();
    for (const file of inside) hash.update(`${path}${file}\0`).update(readFileSync(join(root, path, file)));
  }
  return hash.digest('hex');
}

/**
 * Compiles with tsconfig.build.json. Comments stay in the declarations, where editors read them, and in the sources, but
 * not in the JavaScript: built sites would contain them, and read them with each start.
 */
function compile() {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (problem) => report([problem]) };
  const { options, fileNames } = ts.getParsedCommandLineOfConfigFile(join(root, 'tsconfig.build.json'), {}, host);
  const program = ts.createProgram(fileNames, options);
  const problems = ts.getPreEmitDiagnostics(program);
  const after = [() => (file) => ts.setEmitFlags(file, ts.EmitFlags.NoComments | ts.EmitFlags.NoNestedComments)];
  report([...problems, ...program.emit(undefined, undefined, undefined, false, { after }).diagnostics]);
}

/** Prints problems, of which a single one is the end. */
function report(problems) {
  if (problems.length === 0) return;
  const place = { getCanonicalFileName: (name) => name, getCurrentDirectory: () => root, getNewLine: () => '\n' };
  process.stderr.write(ts.formatDiagnosticsWithColorAndContext(problems, place));
  process.exit(1);
}

const sources = digestOf(
  'lib',
  'tsconfig.json',
  'tsconfig.build.json',
  'package.json',
  'package-lock.json',
  'scripts/build.mjs',
);
const built = () => (existsSync(join(root, 'dist')) ? digestOf('dist') : '');
const kept = existsSync(stamp) ? JSON.parse(readFileSync(stamp, 'utf8')) : {};

if (kept.sources !== sources || kept.built !== built()) {
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  compile();
  mkdirSync(join(stamp, '..'), { recursive: true });
  writeFileSync(stamp, JSON.stringify({ sources, built: built() }));
}
