import type { FlashLease } from '../../lib/session/record/flash-lease.js';
import type { SessionChanges } from '../../lib/session/record/session-changes.js';
import { SessionStore } from '../../lib/session/stores/session-store.js';

/** Passes everything on to another store, and notes what it was asked. */
export class WatchedSessionStore extends SessionStore {
  readonly calls: ('read' | 'write' | 'destroy')[] = [];

  constructor(private readonly store: SessionStore) {
    super();
  }

  override get abilities(): SessionStore['abilities'] {
    return this.store.abilities;
  }

  override read(token: string, lease?: FlashLease): ReturnType<SessionStore['read']> {
    this.calls.push('read');
    return this.store.read(token, lease);
  }

  override write(changes: SessionChanges): Promise<string | undefined> {
    this.calls.push('write');
    return this.store.write(changes);
  }

  override destroy(id: string): Promise<void> {
    this.calls.push('destroy');
    return this.store.destroy(id);
  }

  /** Forgets what it was asked until now. */
  forget(): void {
    this.calls.length = 0;
  }
}
