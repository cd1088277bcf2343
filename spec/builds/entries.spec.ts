import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { APPS } from '../support/packed-package.js';

/** What pages, endpoints and middlewares call. */
const HELPERS = [
  ...['accounts', 'addAccount', 'signOutOfAll', 'switchAccount'],
  ...[
    'authorize',
    'beginSignIn',
    'can',
    'clearSession',
    'csrfToken',
    'currentUser',
    'fieldErrors',
    'flashErrors',
    'flashMessages',
  ],
  ...['getSession', 'goTo', 'hasAllPermissions', 'hasAnyPermission', 'hasPermission', 'hasRole', 'hasRolePermission'],
  ...[
    'impersonate',
    'isAuthenticated',
    'oldInput',
    'oldInputs',
    'openSession',
    'regenerateSession',
    'requireSession',
    'safeReturnTo',
    'setSession',
  ],
  ...['signIn', 'signOut', 'stopImpersonating', 'takeSignIn', 'updateSession'],
];
/** What modules call, each once. */
const MAKERS = ['createCookieSessionStorage', 'defineGatehouse', 'disposeServices', 'inject', 'injectable'];
/** Classes that every application may replace. */
const CONTRACT = [
  ...['AccessChecker', 'AccessDecision', 'AccessRule', 'AccessRules', 'CookieSessionStore', 'FlashBag'],
  ...['MemorySessionStore', 'RequestScope', 'RouteGuard', 'Services', 'Session', 'SessionManager', 'SessionStore'],
  ...['Visitor', 'VisitorResolver'],
];
const STORE_KIT = [
  ...[
    'FiledRecord',
    'Flash',
    'Lineage',
    'MemoryOptions',
    'Migration',
    'SessionChanges',
    'SessionDevice',
    'SessionRecord',
  ],
  ...['StoreAbilities', 'StoredText'],
  ...['KeyedRevocationList', 'MemoryRevocationList', 'MigratingSessionStore', 'NoRevocationList', 'SessionId'],
  ...['VersionedSessionStore', 'applyChanges', 'parseRecord', 'serializeRecord'],
];

/** What is read of the packages, for all entries. */
const READ = ts.createDocumentRegistry();
const offers = new Map<string, readonly ts.CompletionEntry[]>();

/** What an editor offers between the braces of an import. */
function offered(entry: string): readonly ts.CompletionEntry[] {
  const entries = offers.get(entry) ?? completionsIn(entry);
  offers.set(entry, entries);
  return entries;
}

function completionsIn(entry: string): readonly ts.CompletionEntry[] {
  const file = join(APPS, 'page.ts');
  const text = `import {  } from 'astro-gatehouse${entry}';`;
  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => ({
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      target: ts.ScriptTarget.ES2023,
      types: [],
    }),
    getScriptFileNames: () => [file],
    getScriptVersion: (name) => (name === file ? entry : 'read'),
    getScriptSnapshot: (name) => {
      const found = name === file ? text : ts.sys.readFile(name);
      return found === undefined ? undefined : ts.ScriptSnapshot.fromString(found);
    },
    getCurrentDirectory: () => APPS,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (name) => name === file || ts.sys.fileExists(name),
    readFile: ts.sys.readFile,
    directoryExists: ts.sys.directoryExists,
  };
  const service = ts.createLanguageService(host, READ);
  return service.getCompletionsAtPosition(file, text.indexOf('{') + 2, undefined)?.entries ?? [];
}

const isDeprecated = ({ kindModifiers = '' }: ts.CompletionEntry) => kindModifiers.split(',').includes('deprecated');
const namesOf = (entries: readonly ts.CompletionEntry[]) => entries.map(({ name }) => name).sort();

/** Says of names which module instances they are, in a Node that knows the package as it is published. */
function evaluated(source: string): unknown {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
    cwd: APPS,
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

describe('The entry astro-gatehouse/server', () => {
  let entries: readonly ts.CompletionEntry[];

  beforeAll(() => {
    entries = offered('/server');
  });

  it('exports helpers before what only authors of stores need', () => {
    const kit = entries.filter(isDeprecated);
    expect(namesOf(kit)).toEqual([...STORE_KIT].sort());
    const names = entries.toSorted((a, b) => (a.sortText < b.sortText ? -1 : 1)).map(({ name }) => name);
    expect(names.slice(-kit.length).sort()).toEqual([...STORE_KIT].sort());
    const functions = entries.filter((entry) => !isDeprecated(entry) && /^[a-z]/.test(entry.name));
    expect(namesOf(functions).filter((name) => name !== 'type')).toEqual([...HELPERS, ...MAKERS].sort());
  });

  it('exports the classes of the contract and the errors, without deprecation', () => {
    const plain = namesOf(entries.filter((entry) => !isDeprecated(entry)));
    expect(plain).toEqual(expect.arrayContaining(CONTRACT));
    expect(plain.filter((name) => name.endsWith('Error')).length).toBeGreaterThan(25);
    expect(namesOf(entries.filter(isDeprecated)).filter((name) => name.endsWith('Error'))).toEqual([]);
  });
});

describe('The entry astro-gatehouse/stores', () => {
  it('exports what authors of stores need, most of which is in astro-gatehouse/server too', () => {
    const entries = offered('/stores');
    expect(entries.filter(isDeprecated)).toEqual([]);
    expect(namesOf(entries)).toEqual(expect.arrayContaining([...STORE_KIT, 'SessionStore', 'Clock', 'SessionRecord']));
    const server = namesOf(offered('/server'));
    // What came after the two entries were divided is in one of them alone.
    expect(namesOf(entries).filter((name) => !server.includes(name))).toEqual([
      'Altered',
      'FiledPage',
      'FlashLease',
      'KeyedText',
      'ListedText',
      'ListingRequest',
      'SessionLock',
      'SessionLocks',
      'StoredChange',
      'StoredOutcome',
      'TextPage',
      'isEmptyRecord',
      'withLease',
    ]);
    expect(namesOf(offered('/server').filter(isDeprecated)).filter((name) => !namesOf(entries).includes(name))).toEqual(
      [],
    );
  });

  it('exports the same classes at run time', () => {
    const differing = evaluated(`
      import * as server from 'astro-gatehouse/server';
      import * as stores from 'astro-gatehouse/stores';
      import { SqliteSessionStore } from 'astro-gatehouse/stores/sqlite';
      const names = Object.keys(stores).filter((name) => name in server);
      console.log(JSON.stringify([
        names.length > 15,
        names.filter((name) => stores[name] !== server[name]),
        SqliteSessionStore.prototype instanceof stores.VersionedSessionStore,
      ]));`);
    expect(differing).toEqual([true, [], true]);
  });
});

describe('The entries of the package', () => {
  it('each have a page in the reference', () => {
    const { exports } = JSON.parse(readFileSync(join(APPS, 'node_modules/astro-gatehouse/package.json'), 'utf8'));
    const list = readFileSync(join(import.meta.dirname, '../../docs/reference/api/README.md'), 'utf8');
    const files = Object.entries<string>(exports).filter(([, file]) => file.startsWith('./dist/'));
    const entries = files.map(([entry]) => entry.replace(/^\./, 'astro-gatehouse'));
    expect(entries.filter((entry) => !list.includes(`[${entry}]`))).toEqual([]);
  });
});
