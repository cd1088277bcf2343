export interface User {
  id: string;
  email: string;
  role: string;
  permissions: string[];
  hashedPassword: string;
}

export const users: User[] = [
  {
    id: 'u1',
    email: 'ada@example.com',
    role: 'admin',
    permissions: ['settings:write', 'delete users'],
    hashedPassword: '#lovelace',
  },
  {
    id: 'u2',
    email: 'grace@example.com',
    role: 'user',
    permissions: ['posts:read', 'posts:write'],
    hashedPassword: '#hopper',
  },
  { id: 'u3', email: 'alan@example.com', role: 'visitor', permissions: [], hashedPassword: '#turing' },
];

export async function verifyCredentials(email: string, password: string): Promise<User | undefined> {
  return users.find((user) => user.email === email && user.hashedPassword === `#${password}`);
}
