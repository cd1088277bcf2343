import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import ts from 'typescript';
import { App } from './app.js';
import { APPLICATION, importsFor } from './documented-names.js';
import { type Block, type Document, ROOT } from './documents.js';

const EXTENSIONS: Record<string, string> = { ts: 'ts', js: 'js', mjs: 'mjs', astro: 'astro', html: 'astro' };
/** The comment in a block's first line that makes a file of it: `// src/gatehouse.ts`, and whatever stands behind. */
const PATH = /^(?:---\n)?\/\/ (?:before: |after: )?((?:[\w.[\]-]+\/)*[\w.[\]-]+\.(?:d\.ts|ts|js|mjs|astro))\b/;
/** Declares something for the whole project, and so cannot stand beside what another document declares. */
const IS_GLOBAL = /^declare (?:namespace|global|module)\b/m;
/** With the types of all that an example may use, which takes longer to check than most documents. */
const PRELUDES = ['prelude.ts', 'examples.ts'];
const TSCONFIG = {
  extends: 'astro/tsconfigs/strict',
  compilerOptions: { allowJs: true, checkJs: true, types: ['node'], skipLibCheck: true },
};

export function isCode({ language }: Block): boolean {
  return language in EXTENSIONS;
}

/**
 * Checks the code of documents as the code of an application: a folder for each document, in which each block is a file.
 * A block that begins with a path is that file; of one that comes again in the same document there are copies beside it
 * (`gatehouse.2.ts`). Any other block is a fragment, and may use the names that the prelude exports;
 * an example in the reference may use everything that the package exports as well.
 *
 * @returns What is wrong, a sentence for each, with the place in the document.
 */
export async function problemsOfCode(documents: readonly Document[]): Promise<string[]> {
  const app = App.create(APPLICATION);
  try {
    const laid = documents.map((document) => new LaidDocument(document)).filter(({ files }) => files.size > 0);
    for (const document of laid) app.write(document.texts());
    const { code, output } = await app.astro('sync');
    if (code !== 0) throw new Error(output);
    const alone = laid.filter(({ isGlobal }) => isGlobal);
    const together = laid.filter(({ isGlobal }) => !isGlobal);
    const problems: string[] = [];
    // One after the other, for the process that has read the packages.
    if (together.length > 0) problems.push(...(await checked(app, together, PRELUDES)));
    for (const document of alone) problems.push(...(await checked(app, [document])));
    return problems.sort();
  } finally {
    app.remove();
  }
}

/** @param more Files of the application to check with them, beside whatever they import. */
async function checked(app: App, documents: readonly LaidDocument[], more: readonly string[] = []): Promise<string[]> {
  const [first] = documents;
  const tsconfig = `tsconfig.${first?.folder}.json`;
  const folders = documents.map(({ folder }) => `${folder}/**/*`);
  const include = ['.astro/types.d.ts', 'packages.d.ts', ...more, ...folders];
  app.write({ [tsconfig]: JSON.stringify({ ...TSCONFIG, include }) });
  const { output: printed } = await app.astro([
    ...['check', '--noSync', '--tsconfig', join(app.folder, tsconfig), '--minimumSeverity', 'error'],
  ]);
  const output = stripVTControlCharacters(printed);
  const found = [...output.matchAll(/^(\S+):(\d+):\d+ - error (.+)$/gm)].map(([, file = '', line, message]) => {
    const block = documents.flatMap(({ files }) => [...files]).find(([path]) => file.endsWith(path))?.[1];
    return `${block ? block.placeOf(Number(line)) : file} ${message}`;
  });
  const isChecked = /^Result \((\d+) files?\)/m.test(output);
  return isChecked && output.includes(`${found.length} error`) ? found : [...found, output];
}

/** A document whose blocks are files. */
class LaidDocument {
  readonly folder: string;
  readonly files = new Map<string, LaidBlock>();
  readonly isGlobal: boolean;

  constructor(document: Document) {
    this.folder = document.path.replace(/\.md$/, '').replaceAll('/', '-').toLowerCase();
    const blocks = document.blocks.filter(isCode);
    this.isGlobal = blocks.some(({ code }) => IS_GLOBAL.test(code));
    for (const block of blocks) {
      const path = PATH.exec(block.code)?.[1] ?? fragmentPath(block);
      this.files.set(this.#free(`${this.folder}/${path}`), new LaidBlock(block, PATH.test(block.code)));
    }
  }

  /** The files of the application as well, where the document brings none of that name. */
  texts(): Record<string, string> {
    const own = [...this.files].map(([path, { text }]) => [path, text]);
    return { ...companions(this.folder), ...Object.fromEntries(own) };
  }

  #free(path: string): string {
    let free = path;
    for (let copy = 2; this.files.has(free); copy++) free = path.replace(/((?:\.d)?\.\w+)$/, `.${copy}$1`);
    return free;
  }
}

/** Where such a thing would stand: what is not a page beside `src/session.ts` and the like, a page among pages. */
function fragmentPath({ line, language }: Block): string {
  const extension = EXTENSIONS[language];
  return `src/${extension === 'astro' ? 'pages/' : ''}at-line-${line}.${extension}`;
}

function companions(folder: string): Record<string, string> {
  const paths = ts.sys.readDirectory(join(ROOT, APPLICATION, 'src'));
  return Object.fromEntries(
    paths.map((path) => [`${folder}/${path.slice(join(ROOT, APPLICATION).length + 1)}`, readFileSync(path, 'utf8')]),
  );
}

class LaidBlock {
  readonly #added: number;
  readonly text: string;

  constructor(
    readonly block: Block,
    isFile: boolean,
  ) {
    const { language, code } = block;
    const isAstro = EXTENSIONS[language] === 'astro';
    const script = isAstro ? (/^---\n([\s\S]*?)^---$/m.exec(code)?.[1] ?? '') : code;
    // A page has its own `Astro`.
    const own = isAstro ? `${script}\nconst Astro = 1;` : script;
    const prelude = isFile ? '' : `${importsFor(block, own, isAstro ? '../../../' : '../../')}export {};\n`;
    const hasScript = !isAstro || code.startsWith('---');
    this.text = hasScript ? code.replace(/^(?:---\n)?/, (fence) => fence + prelude) : `---\n${prelude}---\n${code}`;
    this.#added = this.text.split('\n').length - code.split('\n').length;
  }

  placeOf(line: number): string {
    const [document] = this.block.place.split(':');
    return `${document}:${Math.max(this.block.line, this.block.line + line - 1 - this.#added)}`;
  }
}
