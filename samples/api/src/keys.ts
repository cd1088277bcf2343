import { createHash, randomBytes, randomUUID } from 'node:crypto';

/** What a key may be allowed to do. */
export const SCOPES = ['notes:read', 'notes:write'] as const;

interface Key {
  readonly id: string;
  readonly name: string;
  readonly userId: string;
  readonly scopes: readonly string[];
}

/** The keys by the hash of their secrets. An application would keep them in its database. */
const KEYS = new Map<string, Key>();

/** Creates a key. @returns Its secret, which cannot be found out later. */
export function createKey(userId: string, name: string, scopes: readonly string[]): string {
  const secret = `notes_${randomBytes(32).toString('base64url')}`;
  const known = SCOPES.filter((scope) => scopes.includes(scope));
  KEYS.set(hashOf(secret), { id: randomUUID(), userId, name, scopes: known });
  return secret;
}

export function findKey(secret: string): Key | undefined {
  return KEYS.get(hashOf(secret));
}

export function keysOf(userId: string | undefined): readonly Key[] {
  return [...KEYS.values()].filter((key) => key.userId === userId);
}

export function revokeKey(userId: string | undefined, id: string): void {
  for (const [hash, key] of KEYS) if (key.id === id && key.userId === userId) KEYS.delete(hash);
}

/** Secrets are random, so a fast hash is enough. */
function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
