import { randomUUID } from 'node:crypto';
import { type User, users } from './users';

const sessions = new Map<string, User>();

export const db = {
  async findUserByEmail(email: string): Promise<User | undefined> {
    return users.find((user) => user.email === email);
  },
  async createSession({ id, userId }: { id: string; userId: string; expiresAt: number }): Promise<void> {
    const user = users.find((candidate) => candidate.id === userId);
    if (user) sessions.set(id, { ...user });
  },
  async getUserBySessionId(id: string): Promise<User> {
    const user = sessions.get(id);
    if (!user) throw new Error('No such session');
    return user;
  },
  async updateUserRole(id: string | undefined, role: string): Promise<void> {
    const user = sessions.get(id ?? '');
    if (user) user.role = role;
  },
  async deleteSession(id: string): Promise<void> {
    sessions.delete(id);
  },
};

export async function createSessionInDatabase(userId: string): Promise<string> {
  const id = randomUUID();
  await db.createSession({ id, userId, expiresAt: Number.POSITIVE_INFINITY });
  return id;
}
