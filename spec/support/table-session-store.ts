import { type StoredText, VersionedSessionStore } from '../../lib/session/stores/versioned-session-store.js';

/** The shortest store there can be: a table that answers late, with a version for each text. */
export class TableSessionStore extends VersionedSessionStore {
  readonly rows = new Map<string, StoredText>();
  #version = 0;

  protected override async find(key: string) {
    return this.rows.get(key);
  }

  protected override async insert(key: string, text: string) {
    this.#version += 1;
    this.rows.set(key, { text, version: this.#version });
  }

  protected override async replace(key: string, text: string, _expiresAt: number, version: string | number) {
    if (this.rows.get(key)?.version !== version) return undefined;
    await this.insert(key, text);
    return this.#version;
  }

  protected override async remove(key: string) {
    this.rows.delete(key);
  }
}
