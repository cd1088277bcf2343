import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Clock, VersionedSessionStore } from 'astro-gatehouse/stores';

/**
 * One file for each session, named by the fingerprint of its id: whoever reads the folder has no cookie. A text is its
 * own version. Nothing comes between synchronous calls, so `replace` is one step; that holds for one process. After a
 * crash there is the old file or the new one, and never half of one.
 */
export class FileSessionStore extends VersionedSessionStore {
  readonly folder: string;

  constructor(folder: string, clock = new Clock()) {
    super(clock);
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  protected override find(key: string) {
    if (!existsSync(this.#fileOf(key))) return undefined;
    const text = readFileSync(this.#fileOf(key), 'utf8');
    return { text, version: text };
  }

  protected override insert(key: string, text: string) {
    writeFileSync(`${this.#fileOf(key)}.new`, text);
    renameSync(`${this.#fileOf(key)}.new`, this.#fileOf(key));
  }

  protected override replace(key: string, text: string, _expiresAt: number, version: string) {
    if (this.find(key)?.version !== version) return undefined;
    this.insert(key, text);
    return text;
  }

  protected override remove(key: string) {
    rmSync(this.#fileOf(key), { force: true });
  }

  #fileOf(key: string) {
    return join(this.folder, `${key}.session`);
  }
}
