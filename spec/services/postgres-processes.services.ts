import { postgresMigration } from '../../lib/session/stores/postgres/postgres-session-store.js';
import { PostgresServer } from '../support/postgres-server.js';
import { describeStruckProcesses } from '../support/struck-processes.js';

describeStruckProcesses('PostgreSQL', {
  async start() {
    const server = await PostgresServer.start();
    await server.query(postgresMigration());
    return server;
  },
  session: "{}, store: { use: 'postgres' }",
  environmentOf: ({ url }) => ({ DATABASE_URL: url }),
});
