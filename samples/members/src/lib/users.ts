/** Made-up members. A real application asks its database, and keeps passwords hashed. */
const users = [
  {
    id: 'm1',
    email: 'ada@example.com',
    password: 'lovelace',
    name: 'Ada',
    permissions: ['accounts:read'],
    joined: 1998,
  },
  { id: 'm2', email: 'grace@example.com', password: 'hopper', name: 'Grace', permissions: [], joined: 2011 },
];

export function verifyCredentials(email: unknown, password: unknown) {
  return users.find((user) => user.email === email && user.password === password);
}

/** Whom the login page offers to be. A real one offers nobody. */
export const demoUsers = users.map(({ email, password, permissions }) => ({
  email,
  password,
  isOnCommittee: permissions.length > 0,
}));

export const members = users.map(({ name, email, joined }) => ({ name, email, joined }));
