import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';

/** In memory, so that the sample needs no set-up. A real site has a file or a server, and a secret that outlives a restart. */
export const auth = betterAuth({
  database: new DatabaseSync(':memory:'),
  secret: randomBytes(32).toString('hex'),
  baseURL: { allowedHosts: ['localhost:*', '127.0.0.1:*'], fallback: 'http://localhost:4321' },
  emailAndPassword: { enabled: true },
  user: { additionalFields: { role: { type: 'string', input: false, defaultValue: 'reader' } } },
  telemetry: { enabled: false },
});

/** Two made-up people. */
const people = [
  { name: 'Ada', email: 'ada@example.com', password: 'lovelace', role: 'admin' },
  { name: 'Alan', email: 'alan@example.com', password: 'turing-machine', role: 'reader' },
];

const { runMigrations } = await getMigrations(auth.options);
await runMigrations();
const { internalAdapter } = await auth.$context;
for (const { role, ...person } of people) {
  const { user } = await auth.api.signUpEmail({ body: person });
  await internalAdapter.updateUser(user.id, { role });
}
