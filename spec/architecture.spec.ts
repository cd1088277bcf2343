import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

const ROOT = resolve(import.meta.dirname, '..');
const LIB = join(ROOT, 'lib');

interface SourceFile {
  /** From the repository's root, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  readonly imports: readonly string[];
}

const FILES: readonly SourceFile[] = readdirSync(LIB, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => read(`lib/${file.replaceAll('\\', '/')}`));

function read(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return { path, text, tree, imports: importsOf(text) };
}

function importsOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

/** The files of the package that a file imports, from the repository's root. */
function neighboursOf({ path, imports }: Pick<SourceFile, 'path' | 'imports'>): string[] {
  const relatives = imports.filter((name) => name.startsWith('.'));
  return relatives.map((name) =>
    relative(ROOT, join(ROOT, dirname(path), name))
      .replaceAll('\\', '/')
      .replace(/\.js$/, '.ts'),
  );
}

/** `session`, `access`, `container`, `astro`, `cli` or `testing`; a file that stands on its own for one of lib itself. */
function roomOf(path: string): string {
  const [, room = '', file] = path.split('/');
  return file === undefined ? path : room;
}

function nodesOf(tree: ts.Node): ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    node.forEachChild(visit);
  };
  visit(tree);
  return nodes;
}

/** Files that only declare types have nothing to run, and so nothing to specify. */
function hasRunTimeCode({ path, text }: SourceFile): boolean {
  if (path.endsWith('.d.ts')) return false;
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, removeComments: true },
  });
  return outputText.replace(/export \{\s*\};?|^import .*$/gm, '').trim() !== '';
}

/** Rooms, each of which may use those before it. */
const ROOMS = ['base', 'session', 'access', 'container', 'astro', 'cli'];
/** For those who use the package: it uses sessions, and nobody in the house uses it. */
const TESTING = 'testing';
/** Components of Astro's, which import the package by its name, as pages do. */
const COMPONENTS = 'components';
/** For everybody. */
const COMMON = ['lib/injectable.ts', 'errors'];
const isCommon = (path: string) => COMMON.includes(path) || COMMON.includes(roomOf(path));
const FRONT_DOORS = ['lib/index.ts', 'lib/server.ts', 'lib/stores.ts'];

/** Lines. */
const LONGEST_FILE = 250;
/** Files. */
const LARGEST_FOLDER = 12;
/** Words that this code base once had for others that every developer uses. */
const DIALECT = /\b(?:lest|for want of|whomever|betimes)\b/i;

/** Files with code and without a spec of the same name, each for a reason. Those of lib/astro have integration specs, those of lib/errors one for all, and those of lib/testing are run by the specs of the stores. */
const SPECIFIED_ELSEWHERE: Record<string, string> = {
  'lib/index.ts': 'exports only; samples and integration specs import it',
  'lib/server.ts': 'exports only; samples and integration specs import it',
  'lib/stores.ts': 'exports only; spec/builds/entries.spec.ts imports it',
  'lib/injectable.ts': 'exports only; every spec of the container goes through it',
  'lib/container/scope/context-options.ts': 'types, and a phrase; current-request.spec.ts and option-schemas say it',
  'lib/cli/main.ts': 'runs by itself; spec/builds/routes-command.spec.ts starts it as a process',
  'lib/cli/doctor/gather-facts.ts': 'looks at a project; spec/builds/doctor-command.spec.ts has it look at some',
  'lib/cli/doctor/facts.ts': 'types, and one look into them; the specs of the checks go through it',
  'lib/cli/ask-postgres.ts': 'spec/cli/doctor/ask-store.spec.ts and migrate.spec.ts have it ask',
  'lib/cli/read-report.ts': 'builds a project; spec/builds/routes-command.spec.ts has it build some',
  'lib/session/cookies/cookie-jar.ts': 'a port without code of its own',
  'lib/session/stores/session-store.ts': 'a port; what it does by itself is in the tests that every store passes',
  'lib/session/stores/store-of-texts.ts': 'a port; every store over texts runs the tests of stores',
  'lib/session/stores/revocation-list.ts': 'a port; the spec of each list runs the same tests',
  'lib/session/cookies/session-place.ts': 'where a session is put; session-cookies.spec.ts sees where it is found',
  'lib/session/manager/session-writer.ts': 'session-manager.spec.ts and session-cookies.spec.ts have it write',
  'lib/session/record/request-changes.ts':
    'what a session did, for a store; session-manager.spec.ts and every store go through it',
  'lib/session/stores/postgres/postgres-connection.ts': 'postgres-session-store.services.ts, because it takes a server',
  'lib/session/stores/postgres/postgres-revocation-list.ts':
    'postgres-revocation-list.services.ts, because it takes a server',
  'lib/session/stores/postgres/postgres-session-store.ts':
    'postgres-session-store.services.ts, because it takes a server',
  'lib/session/stores/postgres/index.ts': 'exports only',
  'lib/session/stores/redis/redis-connection.ts': 'redis-session-store.services.ts, because it takes a Redis',
  'lib/session/stores/redis/redis-revocation-list.ts': 'redis-revocation-list.services.ts, because it takes a Redis',
  'lib/session/stores/redis/redis-session-store.ts': 'redis-session-store.services.ts, because it takes a Redis',
  'lib/session/stores/redis/redis-clients.ts': 'redis-places.services.ts, because it takes a cluster and Sentinels',
  'lib/session/stores/redis/session-scripts.ts': 'redis-session-store.services.ts, because it takes a Redis',
  'lib/session/stores/redis/index.ts': 'exports only',
  'lib/session/stores/sql/index.ts': 'exports only',
  'lib/session/stores/sql/d1-database.ts': 'other-engines.services.ts, because it takes miniflare',
  'lib/session/stores/sql/libsql-database.ts': 'other-engines.services.ts, which runs every engine',
  'lib/session/stores/sqlite/index.ts': 'exports only',
};

describe('The house', () => {
  it('has files to look at', () => {
    expect(FILES.length).toBeGreaterThan(40);
  });

  it.each([
    ...ROOMS.map((room, index) => ({ room, allowed: ROOMS.slice(0, index + 1) })),
    { room: TESTING, allowed: ['base', 'session', 'access', 'container', TESTING] },
    { room: COMPONENTS, allowed: [] },
  ])('lets $room use $allowed and what is for everybody', ({ room, allowed }) => {
    const strays = FILES.filter(({ path }) => roomOf(path) === room).flatMap((file) =>
      neighboursOf(file)
        .filter((neighbour) => !isCommon(neighbour) && !allowed.includes(roomOf(neighbour)))
        .map((neighbour) => `${file.path} -> ${neighbour}`),
    );
    expect(strays).toEqual([]);
  });

  it('has no rooms but these', () => {
    const places = new Set(FILES.map(({ path }) => roomOf(path)));
    expect([...places].sort()).toEqual([...ROOMS, TESTING, COMPONENTS, ...COMMON, ...FRONT_DOORS].sort());
  });

  it('has errors and injectable that use nothing of it', () => {
    const common = FILES.filter(({ path }) => isCommon(path));
    expect(common.flatMap(neighboursOf).filter((path) => !isCommon(path))).toEqual([]);
  });

  it('has front doors that nobody inside goes through, but for names that one has given away', () => {
    const users = FILES.filter((file) => neighboursOf(file).some((neighbour) => FRONT_DOORS.includes(neighbour)));
    expect(users.map(({ path }) => path)).toEqual(['lib/server.ts']);
  });

  it('has no files that import each other, be it in a circle of several or for types alone', () => {
    const imports = new Map(FILES.map((file) => [file.path, neighboursOf(file)]));
    const onCircles = [...imports.keys()].filter((start) => {
      const reached = new Set<string>();
      const waiting = [...(imports.get(start) ?? [])];
      for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
        if (reached.has(path)) continue;
        reached.add(path);
        waiting.push(...(imports.get(path) ?? []));
      }
      return reached.has(start);
    });
    expect(onCircles).toEqual([]);
  });

  it('imports only files that are there', () => {
    const missing = FILES.flatMap((file) => neighboursOf(file)).filter((path) => !existsSync(join(ROOT, path)));
    expect(missing).toEqual([]);
  });

  it('is measured by scripts that import only files that are there', () => {
    const scripts = readdirSync(join(ROOT, 'bench')).filter((file) => file.endsWith('.mjs'));
    const imported = scripts.flatMap((file) => {
      const text = readFileSync(join(ROOT, 'bench', file), 'utf8');
      return [...text.matchAll(/'\.\.\/dist\/([^']+)\.js'/g)].map(([, path]) => `lib/${path}.ts`);
    });
    expect(imported.length).toBeGreaterThan(10);
    expect(imported.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('knows Astro and virtual modules in lib/astro only, and Astro in lib/cli', () => {
    const users = FILES.filter(({ imports }) => imports.some((name) => /^(?:astro(?:$|[:/])|virtual:)/.test(name)));
    expect(users.length).toBeGreaterThan(0);
    const outside = users.filter(({ path }) => roomOf(path) !== 'astro');
    expect(outside.filter(({ path }) => roomOf(path) !== 'cli').map(({ path }) => path)).toEqual([]);
    expect(outside.flatMap(({ imports }) => imports).filter((name) => name.startsWith('virtual:'))).toEqual([]);
  });

  it('knows tsyringe in lib/container only, but for the decorators', () => {
    const users = FILES.filter(({ imports }) => imports.some((name) => name.startsWith('tsyringe')));
    const outside = users.map(({ path }) => path).filter((path) => roomOf(path) !== 'container');
    expect(outside).toEqual(['lib/injectable.ts']);
    expect(read('lib/injectable.ts').text).toMatch(/^import 'reflect-metadata\/lite';\n\nexport \{/m);
  });

  it('loads tsyringe through the module that loads what tsyringe needs before it', () => {
    const loading = FILES.filter(({ text }) => /^import (?!type )[^;]* from 'tsyringe[^']*';$/m.test(text));
    expect(loading.map(({ path }) => path)).toEqual([]);
  });

  it('has sessions that never see HTTP', () => {
    const http = new Set(['Request', 'Response', 'Headers']);
    const mentions = FILES.filter(({ path }) => roomOf(path) === 'session').flatMap(({ path, tree }) =>
      nodesOf(tree)
        .filter((node) => ts.isIdentifier(node) && http.has(node.text))
        .map((node) => `${path}: ${node.getText()}`),
    );
    expect(mentions).toEqual([]);
  });

  it('never says any', () => {
    const places = FILES.filter(({ tree }) => nodesOf(tree).some(({ kind }) => kind === ts.SyntaxKind.AnyKeyword));
    expect(places.map(({ path }) => path)).toEqual([]);
  });

  it('shows users the faces of a session and its messages, and nothing behind them', () => {
    // What the package needs beyond it is reached by a function that lib alone imports: draftOf(session), registryOf(services).
    expect(FILES.filter(({ text }) => text.includes('@internal')).map(({ path }) => path)).toEqual([]);
    const doors = FILES.filter(({ path }) => [...FRONT_DOORS, 'lib/testing/index.ts'].includes(path));
    expect(doors.filter(({ text }) => /draftOf|Draft\b/i.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it('has sessions that know nothing of forms, nor of the tokens in them', () => {
    const users = FILES.filter(({ path }) => roomOf(path) === 'session').filter(({ text }) =>
      /\bforms\b|csrf-|csrfToken/i.test(text),
    );
    expect(users.map(({ path }) => path)).toEqual([]);
  });

  it('is made of files that can be read without scrolling far, and of folders that can be looked over', () => {
    const long = FILES.filter(({ text }) => text.split('\n').length - 1 > LONGEST_FILE);
    expect(long.map(({ path }) => path)).toEqual([]);
    const sizes = new Map<string, number>();
    for (const { path } of FILES) sizes.set(dirname(path), (sizes.get(dirname(path)) ?? 0) + 1);
    expect([...sizes].filter(([, files]) => files > LARGEST_FOLDER)).toEqual([]);
  });

  it('describes itself in words that need no translation', () => {
    const docstrings = FILES.flatMap(({ text }) =>
      [...text.matchAll(/\/\*\*\s*(?:\*\s*)?(\w+)/g)].map(([, word]) => word),
    );
    expect(docstrings.length).toBeGreaterThan(1000);
    const riddles = docstrings.filter((word) => word === 'What' || word === 'Whether');
    expect(riddles.length / docstrings.length).toBeLessThan(0.1);
    const comments = FILES.flatMap(({ path, text }) =>
      [...text.matchAll(/^\s*(?:\/?\*\*?|\/\/)(.*)$/gm)].map(([, line = '']) => `${path}: ${line.trim()}`),
    );
    expect(comments.filter((line) => DIALECT.test(line))).toEqual([]);
  });
});

describe('The specs', () => {
  it('mirror every file that has code, but for those specified elsewhere', () => {
    const bare = FILES.filter(({ path }) => !['astro', 'errors', TESTING].includes(roomOf(path)))
      .filter(({ path }) => !(path in SPECIFIED_ELSEWHERE))
      .filter(({ path }) => !existsSync(join(ROOT, path.replace(/^lib/, 'spec').replace(/\.ts$/, '.spec.ts'))))
      .filter(hasRunTimeCode);
    expect(bare.map(({ path }) => path)).toEqual([]);
  });

  it('build applications in folders of their own, so that the others take seconds', () => {
    const unit =
      /^spec\/(?!journeys|builds|samples|reference|services|browser|support|apps|fixtures|docs\/(?:code-blocks|walkthroughs))/;
    const files = readdirSync(join(ROOT, 'spec'), { recursive: true, encoding: 'utf8' })
      .map((file) => `spec/${file.replaceAll('\\', '/')}`)
      .filter((file) => file.endsWith('.spec.ts') && unit.test(file));
    expect(files.length).toBeGreaterThan(100);
    const neighbours = new Map<string, string[]>();
    const neighboursAt = (path: string): string[] => {
      const known = neighbours.get(path);
      if (known) return known;
      const found = neighboursOf({ path, imports: importsOf(readFileSync(join(ROOT, path), 'utf8')) });
      neighbours.set(path, found);
      return found;
    };
    const reached = (path: string, seen = new Set<string>()): Set<string> => {
      if (seen.has(path) || !existsSync(join(ROOT, path))) return seen;
      seen.add(path);
      for (const neighbour of neighboursAt(path)) reached(neighbour, seen);
      return seen;
    };
    expect(files.filter((file) => reached(file).has('spec/support/app.ts'))).toEqual([]);
  });

  it('except only files that are there', () => {
    expect(Object.keys(SPECIFIED_ELSEWHERE).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});
