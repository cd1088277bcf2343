export interface User {
  id: string;
  email: string;
}

export async function validateCredentials(email: unknown, password: unknown): Promise<User | undefined> {
  if (email !== 'ada@example.com' || password !== 'lovelace') return undefined;
  return { id: 'u1', email };
}
