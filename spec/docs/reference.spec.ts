import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import * as z from 'zod/mini';
import { GuardConfig } from '../../lib/access/guard/guard-config.js';
import { problemsIn } from '../../lib/astro/options/option-problems.js';
import { integrationOptions, setupOptions } from '../../lib/astro/options/option-schemas.js';
import * as errors from '../../lib/errors/index.js';
import { SessionConfig } from '../../lib/session/session-config.js';
import { Document, ROOT } from '../support/documents.js';

/** First cells of the tables in a document, each without its code marks, with the other cells of their rows. */
function rowsOf(path: string): Map<string, string[]> {
  const { text } = new Document(path);
  const rows = text
    .replace(/^.*\n\|-.*$/gm, '')
    .split('\n')
    .filter((line) => /^\| .*`/.test(line));
  return new Map(
    rows.flatMap((row) => {
      const [first = '', ...others] = row
        .replace(/^\||\|$/g, '')
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim());
      return codeIn(first).map((name): [string, string[]] => [name, others]);
    }),
  );
}

function codeIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

function source(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

describe('The reference of classes and functions', () => {
  it('is what the sources say', async () => {
    const fresh = mkdtempSync(join(tmpdir(), 'reference-'));
    try {
      await promisify(execFile)(process.execPath, [join(ROOT, 'node_modules/typedoc/bin/typedoc'), '--out', fresh], {
        cwd: ROOT,
      });
      const kept = join(ROOT, 'docs/reference/api');
      const outdated = pagesOf(fresh).filter(
        (page) => !pagesOf(kept).includes(page) || textOf(kept, page) !== textOf(fresh, page),
      );
      const superfluous = pagesOf(kept).filter((page) => !pagesOf(fresh).includes(page));
      const cure = 'docs/reference/api is not what the sources say: npm run docs';
      expect([...outdated, ...superfluous].map((page) => `${page}: ${cure}`)).toEqual([]);
      expect(pagesOf(kept).length).toBeGreaterThan(5);
    } finally {
      rmSync(fresh, { recursive: true });
    }
  });

  const pagesOf = (folder: string) => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    return files.filter((file) => file.endsWith('.md')).map((file) => file.replaceAll('\\', '/'));
  };
  const textOf = (folder: string, page: string) => readFileSync(join(folder, page), 'utf8');
});

describe('The list of options', () => {
  const documented = rowsOf('docs/reference/options.md');

  it('has every option that the schemas know, and no other', () => {
    const stores = ['memory', 'sqlite', 'redis'].map((store) => ({ session: { store, options: STRANGER } }));
    const chosen = ['cookie', 'memory', 'sqlite', 'postgres', 'redis', 'unstorage', 'astro'].map((use) => ({
      store: { use, ...STRANGER },
    }));
    const known = new Set([
      ...chosen.flatMap((place) => [...namesAt(integrationOptions, place), ...namesAt(setupOptions, place)]),
      ...PLACES.flatMap((place) => namesAt(integrationOptions, place)),
      ...PLACES.flatMap((place) => namesAt(setupOptions, place)),
      ...stores.flatMap((place) => namesAt(integrationOptions, place)),
    ]);
    // Some are described by what is in them.
    const isWhole = (option: string) =>
      [...known].some((other) => other.startsWith(`${option}.`) || other.startsWith(`${option}[`));
    const expected = [...known].filter((option) => documented.has(option) || !isWhole(option));
    expect([...documented.keys()].sort()).toEqual(expected.sort());
  });

  it('says which of them can stand in the setup module', () => {
    const stores = ['memory', 'sqlite', 'postgres', 'redis', 'unstorage'].map((use) => ({
      store: { use, ...STRANGER },
    }));
    const inSetup = new Set([...PLACES, ...stores].flatMap((place) => namesAt(setupOptions, place)));
    const marked = source('docs/reference/options.md').matchAll(/^\| `([^`]+)` ●/gm);
    const expected = [...documented.keys()].filter((option) => inSetup.has(option));
    expect([...marked].map(([, option]) => option).sort()).toEqual(expected.sort());
  });

  const session = SessionConfig.from({}, { isProduction: true });
  const guard = new GuardConfig();
  it.each(
    Object.entries({
      'session.idleTimeout': session.idleTimeout / 1000,
      'session.absoluteTimeout': session.absoluteTimeout / 1000,
      'session.renewAfter': session.renewAfter / 1000,
      'session.rememberMe.idleTimeout': session.rememberMe.idleTimeout / 1000,
      'session.rememberMe.absoluteTimeout': session.rememberMe.absoluteTimeout / 1000,
      'session.maxSize': session.maxSize,
      'session.storeTimeout': session.storeTimeout / 1000,
      'session.signedInPages': session.signedInPages,
      'session.cookie.path': session.cookie.path,
      'session.cookie.sameSite': session.cookie.sameSite,
      'session.cookie.secure': session.cookie.secure,
      'session.cookie.chunks': session.hasChunks,
      loginPath: guard.loginPath,
      homePath: guard.homePath,
      globalProtect: guard.globalProtect,
      enforce: guard.enforce,
      debug: guard.debug,
    }),
  )('says what %s is by default', (option, value) => {
    const [said = ''] = codeIn(documented.get(option)?.[0] ?? '');
    const settled: unknown = said.startsWith('/') ? said : new Function(`return ${said}`)();
    expect(settled).toBe(value);
  });
});

/** A key that no options have: what is said of it names those that there are. */
const STRANGER = { 'no such option': true };

/** Where options may have options of their own. */
const PLACES: object[] = [
  STRANGER,
  { protect: [STRANGER] },
  { exclude: [STRANGER] },
  ...[integrationOptions, setupOptions]
    .flatMap((schema) => namesAt(schema, STRANGER))
    .map((name) => ({ [name]: STRANGER })),
  ...namesAt(integrationOptions, { session: STRANGER }).map((name) => ({ session: { [name.slice(8)]: STRANGER } })),
];

/** The options at a place, as the schema names them to somebody who has misspelt one. */
function namesAt(schema: z.core.$ZodType, place: object): string[] {
  const problems = problemsIn(schema, place);
  return problems.flatMap(({ message, path }) => {
    const names = /There are (.+)$/.exec(message)?.[1]?.split(', ') ?? [];
    const parents = path.slice(0, -1).map((key) => (typeof key === 'number' ? '[]' : `.${String(key)}`));
    return names.map((name) => `${parents.join('')}.${name}`.slice(1));
  });
}

describe('The list of errors and codes', () => {
  const documented = rowsOf('docs/reference/errors.md');

  it('has every class, with its code', () => {
    const sources = ['build', 'request', 'session', 'start', 'step', 'testing'].map((name) =>
      source(`lib/errors/${name}-errors.ts`),
    );
    const classes = [...sources.join('\n').matchAll(/^export class (\w+) [\s\S]*?super\(([\s\S]*?)^ {2}\}/gm)];
    const names = Object.keys(errors).filter((name) => name !== 'GatehouseError');
    expect(classes.map(([, name]) => name).sort()).toEqual(names.sort());
    const missing = classes.flatMap(([, name = '', body = '']) => {
      const codes = [...body.matchAll(/'([A-Z]+(?:_[A-Z]+)*)'/g)].map(([, code = '']) => code);
      return [name, ...codes].filter((word) => !documented.has(word));
    });
    expect(missing).toEqual([]);
  });

  it.each([
    ['decisions', 'lib/errors/request-errors.ts', 'DenialCode'],
    ['decisions', 'lib/access/access-decision.ts', 'DecisionCode'],
    ['requests of other sites', 'lib/access/csrf/csrf-decision.ts', 'ForgeryCode'],
  ])('has every code of %s, of %s', (_, path, type) => {
    const codes = textsOfType(path, type);
    expect(codes.length).toBeGreaterThan(0);
    expect(codes.filter((code) => !documented.has(code))).toEqual([]);
  });

  it('has every code of the doctor', () => {
    const folder = 'lib/cli/doctor';
    const checks = readdirSync(join(ROOT, folder)).map((file) => source(`${folder}/${file}`));
    const lines = checks
      .join('\n')
      .split('\n')
      .filter((line) => /\b(?:code|kind): /.test(line));
    const codes = [...lines.join('\n').matchAll(/'([A-Z]+(?:_[A-Z]+)+)'/g)].map(([, code = '']) => code);
    expect(codes.length).toBeGreaterThan(20);
    expect(codes.filter((code) => !documented.has(code))).toEqual([]);
  });
});

describe('The list of events', () => {
  const documented = rowsOf('docs/reference/events.md');
  const FILE = 'lib/session/security-events.ts';

  it('has every event, with all that it tells', () => {
    // All that an event tells is declared in this file: nothing else is read.
    const program = ts.createProgram([join(ROOT, FILE)], { strict: true, types: [], noLib: true, noResolve: true });
    const file = program.getSourceFile(join(ROOT, FILE));
    const checker = program.getTypeChecker();
    const fields = file?.statements.find(
      (node) => ts.isInterfaceDeclaration(node) && node.name.text === 'SecurityEventFields',
    );
    if (!fields) throw new Error(`There is no SecurityEventFields in ${FILE}`);
    const events = checker.getTypeAtLocation(fields).getProperties();
    expect(events.length).toBeGreaterThan(10);
    for (const event of events) {
      const told = checker.getTypeOfSymbolAtLocation(event, fields).getProperties();
      const own = told.map(({ name }) => name).filter((name) => !['session', 'userId', 'impersonator'].includes(name));
      const [, besides = ''] = documented.get(event.name) ?? [];
      expect({ event: event.name, tells: codeIn(besides).sort() }).toEqual({ event: event.name, tells: own.sort() });
      expect(own.filter((name) => !documented.has(name))).toEqual([]);
    }
  });

  it.each(['RejectionReason', 'LoginRejection', 'ImpersonationEnd'])('has every reason of the type %s', (type) => {
    const reasons = textsOfType('lib/session/event-reasons.ts', type);
    expect(reasons.length).toBeGreaterThan(3);
    expect(reasons.filter((reason) => !documented.has(reason))).toEqual([]);
  });
});

/** The texts that a type of a file is made of. */
function textsOfType(path: string, type: string): string[] {
  const tree = ts.createSourceFile(path, source(path), ts.ScriptTarget.Latest, true);
  const found = tree.statements.find((node) => ts.isTypeAliasDeclaration(node) && node.name.text === type);
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node)) texts.push(node.text);
    node.forEachChild(visit);
  };
  if (found) visit(found);
  return texts;
}
