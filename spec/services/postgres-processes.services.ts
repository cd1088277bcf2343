import { postgresMigration } from '../../lib/session/stores/postgres/postgres-session-store.js';
import { PostgresServer } from '../support/postgres-server.js';
import { describeStepsOfProcesses } from '../support/steps-of-processes.js';
import { describeStruckProcesses } from '../support/struck-processes.js';

async function started(): Promise<PostgresServer> {
  const server = await PostgresServer.start();
  await server.query(postgresMigration());
  return server;
}

describeStruckProcesses('PostgreSQL', {
  start: started,
  session: "{}, store: { use: 'postgres' }",
  environmentOf: ({ url }) => ({ DATABASE_URL: url }),
});

describeStepsOfProcesses('postgres', async () => {
  const server = await started();
  return { environment: { DATABASE_URL: server.url }, remove: () => server.remove() };
});
