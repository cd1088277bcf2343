import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { type Block, documents, ROOT } from './documents.js';

/** An application without the code that the documents show: what that code imports from it, and the prelude. */
export const APPLICATION = 'spec/fixtures/docs';
/** Where classes and functions are listed, with examples that may use all of them. */
const REFERENCE = 'docs/reference/api/';

/** Where a name is imported from. */
interface Origin {
  readonly module: string;
  readonly isType: boolean;
}

/** Names that a fragment may use. A module that begins with `./` is of the application. */
type Names = ReadonlyMap<string, Origin>;

const PRELUDE: Names = new Map(exportedBy('prelude'));
const FOR_EXAMPLES: Names = new Map([
  ...documents([`${REFERENCE}**/*.md`]).flatMap(({ text }) => listedIn(text)),
  ...exportedBy('examples'),
  ...PRELUDE,
]);

/**
 * What a fragment leaves out: imports of the names that it uses and does not say where they come from.
 *
 * @param script Its code without markup. @param root The way from its file to the application.
 */
export function importsFor({ code, place }: Block, script: string, root: string): string {
  const declared = namesDeclaredIn(script);
  const names = place.startsWith(REFERENCE) ? FOR_EXAMPLES : PRELUDE;
  const used = [...names].filter(([name]) => !declared.has(name) && new RegExp(`\\b${name}\\b`).test(code));
  return used
    .map(([name, { module, isType }]) => {
      return `import { ${isType ? 'type ' : ''}${name} } from '${module.replace(/^\.\//, root)}'; `;
    })
    .join('');
}

/** What a file of the application exports. */
function exportedBy(file: string): [string, Origin][] {
  const text = readFileSync(join(ROOT, APPLICATION, `${file}.ts`), 'utf8');
  const exported = text.matchAll(
    /^export (?:declare )?(?:abstract )?(?:(interface)|class|const|function) (\w+)|^export \{ (?:default as )?(\w+) \}/gm,
  );
  return [...exported].map(([, isInterface, own, listed]) => [
    own ?? listed ?? '',
    { module: `./${file}`, isType: isInterface !== undefined },
  ]);
}

/** What a page of the reference lists. */
function listedIn(text: string): [string, Origin][] {
  const module = /^# (.+)$/m.exec(text)?.[1] ?? '';
  return text.split(/^## /m).flatMap((section) => {
    const isType = /^(?:Interfaces|Type Aliases)\n/.test(section);
    const names = [...section.matchAll(/^### (?:`abstract` )?(\w+)/gm)].map(([, name = '']) => name);
    return names.filter((name) => name !== 'default').map((name): [string, Origin] => [name, { module, isType }]);
  });
}

/** What a script declares or imports, but for what is inside of its functions. */
function namesDeclaredIn(script: string): Set<string> {
  const names = new Set<string>();
  const add = (node: ts.Node): void => {
    const isDeclaration = ts.isBindingElement(node) || ts.isVariableDeclaration(node) || ts.isClassDeclaration(node);
    const isImport = ts.isImportSpecifier(node) || ts.isImportClause(node);
    if ((isDeclaration || isImport || ts.isFunctionDeclaration(node)) && node.name && ts.isIdentifier(node.name)) {
      names.add(node.name.text);
    }
    if (!ts.isFunctionLike(node) && !ts.isClassDeclaration(node) && !ts.isBlock(node)) node.forEachChild(add);
  };
  ts.createSourceFile('script.ts', script, ts.ScriptTarget.Latest, true).forEachChild(add);
  return names;
}
