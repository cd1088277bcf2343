/** What is read this month. It is the same for everybody, and so it is in the files. */
export const book = { title: 'The Lantern Bearers', author: 'Rosemary Sutcliff', pages: 310 };

/** Two made-up members. A real club asks its database, and keeps passwords hashed. */
const members = [
  { id: 'm1', email: 'ada@example.com', password: 'lovelace', name: 'Ada', read: ['Middlemarch', 'Silas Marner'] },
  { id: 'm2', email: 'grace@example.com', password: 'hopper', name: 'Grace', read: ['The Waves'] },
];

export function verifyCredentials(email: unknown, password: unknown) {
  return members.find((member) => member.email === email && member.password === password);
}

export function readBy(userId: string | undefined) {
  return members.find(({ id }) => id === userId)?.read ?? [];
}
