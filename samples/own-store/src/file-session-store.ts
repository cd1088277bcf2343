import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  applyChanges,
  parseRecord,
  type SessionChanges,
  SessionId,
  SessionStore,
  serializeRecord,
} from 'astro-gatehouse/server';

/** One file for each session, named by the fingerprint of its id: whoever reads the folder has no cookie. */
export class FileSessionStore extends SessionStore {
  constructor(private readonly folder: string) {
    super();
  }

  override async read(token: string) {
    if (!SessionId.isWellFormed(token)) return undefined;
    const text = await readFile(this.#fileOf(token), 'utf8').catch(() => undefined);
    return text === undefined ? undefined : parseRecord(text, token);
  }

  override async write(changes: SessionChanges) {
    const { opened, id } = changes;
    const current = opened && (await this.read(opened.id));
    if (opened && !current) return undefined;
    await mkdir(this.folder, { recursive: true });
    await writeFile(this.#fileOf(id), serializeRecord(applyChanges(current, changes)));
    if (opened && opened.id !== id) await this.destroy(opened.id);
    return id;
  }

  override async destroy(id: string) {
    await rm(this.#fileOf(id), { force: true });
  }

  #fileOf(id: string) {
    return join(this.folder, `${SessionId.fingerprint(id)}.session`);
  }
}
