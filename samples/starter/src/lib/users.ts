/** Three made-up people. A real application asks its database, and keeps passwords hashed. */
const users = [
  {
    id: 'u1',
    email: 'ada@example.com',
    password: 'lovelace',
    name: 'Ada',
    role: 'admin',
    permissions: ['report:read'],
  },
  {
    id: 'u2',
    email: 'grace@example.com',
    password: 'hopper',
    name: 'Grace',
    role: 'editor',
    permissions: ['report:read'],
  },
  { id: 'u3', email: 'alan@example.com', password: 'turing', name: 'Alan', role: 'reader', permissions: [] },
];

export function verifyCredentials(email: unknown, password: unknown) {
  return users.find((user) => user.email === email && user.password === password);
}

export const everybody = users.map(({ name, email, role }) => ({ name, email, role }));
