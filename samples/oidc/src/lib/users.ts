/** A made-up user. A real application asks its database, and keeps passwords hashed. */
const users = [{ id: 'u1', email: 'ada@example.com', password: 'lovelace' }];

export function verifyCredentials(email: unknown, password: unknown) {
  return users.find((user) => user.email === email && user.password === password);
}
