/** A real application asks its database, and keeps passwords hashed. */
const members = new Map([['ada@example.com', { id: 'ada@example.com', name: 'Ada', password: 'lovelace' }]]);

export function findMember(email: string, password: string) {
  const member = members.get(email);
  return member?.password === password ? member : undefined;
}

/** @returns The new member; `undefined` when the address is taken. */
export function addMember(name: string, email: string, password: string) {
  if (members.has(email)) return undefined;
  const member = { id: email, name, password };
  members.set(email, member);
  return member;
}
