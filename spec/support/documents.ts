import { globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
const DOCUMENTS = ['*.md', 'docs/**/*.md', 'samples/*/README.md'];
const FENCE = /^( *)(`{3,})([\w-]*)[^\n]*\n([\s\S]*?)^\1\2 *$/gm;
const INDENTED = /(?<=\n\n)(?: {4}.*\n)+/g;

/** What stands between fences, or is indented. */
export interface Block {
  /** For people: `README.md:12`. */
  readonly place: string;
  /** Of its first line of code, in the document. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
  /** What the document says before it. */
  readonly before: string;
}

/** A page of the documentation. */
export class Document {
  readonly text: string;

  /** @param path From the repository's root, with slashes. */
  constructor(readonly path: string) {
    this.text = readFileSync(join(ROOT, path), 'utf8').replaceAll('\r\n', '\n');
  }

  get blocks(): Block[] {
    const fenced = [...this.text.matchAll(FENCE)].map(({ 1: indent = '', 3: language = '', 4: code = '', index }) =>
      this.#blockAt(index, { language, code: dedented(code, indent), fence: 1 }),
    );
    // What somebody types is short enough to stand without fences.
    const indented = [...this.prose.matchAll(INDENTED)].map(([code]) => {
      const index = this.text.indexOf(code);
      return this.#blockAt(index, { language: 'sh', code: dedented(code, '    '), fence: 0 });
    });
    return [...fenced, ...indented];
  }

  #blockAt(index: number, { fence, ...block }: Pick<Block, 'language' | 'code'> & { fence: number }): Block {
    const before = this.text.slice(0, index);
    const line = before.split('\n').length + fence;
    return { ...block, place: `${this.path}:${line}`, line, before };
  }

  /** What is said outside of code. */
  get prose(): string {
    return this.text.replace(FENCE, (block) => block.replace(/[^\n]/g, ''));
  }

  /** What can stand behind `#`, as GitHub and npm make it of headings. */
  get anchors(): string[] {
    const seen = new Map<string, number>();
    const marked = [...this.prose.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id);
    const headings = [...this.prose.matchAll(/^#{1,6} +(.+?) *#* *$/gm)].map(([, title = '']) => {
      const anchor = anchorOf(title);
      const times = seen.get(anchor) ?? 0;
      seen.set(anchor, times + 1);
      return times === 0 ? anchor : `${anchor}-${times}`;
    });
    return [...headings, ...marked];
  }

  /** Links and images that lead into this repository: the file, from its root, and what stands behind `#`. */
  get links(): { place: string; file: string; anchor: string }[] {
    const prose = this.prose.replace(/`[^`\n]*`/g, (code) => ' '.repeat(code.length));
    const found = [...prose.matchAll(/\]\(\s*<?([^)>\s]+)>?[^)]*\)|^\[[^\]]+\]: +(\S+)/gm)];
    return found.flatMap(({ 1: inline, 2: reference, index }) => {
      const target = inline ?? reference ?? '';
      if (/^[a-z]+:/i.test(target)) return [];
      const [path = '', anchor = ''] = target.split('#');
      const place = `${this.path}:${prose.slice(0, index).split('\n').length}`;
      return [{ place, file: path === '' ? this.path : join(dirname(this.path), path), anchor }];
    });
  }
}

/** Every page of the documentation. @param patterns Which of them. */
export function documents(patterns: readonly string[] = DOCUMENTS): Document[] {
  const paths = globSync([...patterns], { cwd: ROOT }).map((path) => path.replaceAll('\\', '/'));
  return paths.sort().map((path) => new Document(path));
}

function anchorOf(title: string): string {
  return title
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<[^>]+>/g, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function dedented(code: string, indent: string): string {
  return indent === '' ? code : code.replaceAll(new RegExp(`^ {0,${indent.length}}`, 'gm'), '');
}
