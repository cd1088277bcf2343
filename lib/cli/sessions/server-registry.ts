import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { disposeServices, runningSites } from '../../astro/start/running-services.js';
import type { SessionRegistry } from '../../session/session-registry.js';
import { UsageError } from '../command-line.js';
import type { EnvFiles } from '../doctor/facts.js';
import { UNREACHABLE } from './opened-store.js';

/** The methods of a registry that the command calls. */
export type AskedRegistry = Pick<SessionRegistry, 'listAll' | 'count' | 'endAll' | 'revoke'>;

const ENTRY = 'dist/server/entry.mjs';
const SECRET = 'GATEHOUSE_SECRET';
const OWN =
  'The store is one of the project itself (services.override). It is opened by the built server, which is not in ' +
  `${ENTRY}: run this command where it is, or call SessionRegistry in a page.`;

const OF_WORKER =
  `${ENTRY} is a Worker, which cannot run in this process: only the server of the adapter for Node can be asked by a command. ` +
  'List and end the sessions in a page that calls SessionRegistry, or look at the table of D1: npx wrangler d1 execute.';

/**
 * Loads the built server of a project, without letting it listen, and asks its registry: only the server can open a store
 * that the project creates by itself.
 *
 * @throws {UsageError} When there is no built server for Node.
 */
export async function withServer<Answer>(
  folder: string,
  variables: Pick<EnvFiles, 'find'>,
  ask: (registry: AskedRegistry) => Promise<Answer>,
): Promise<Answer> {
  const entry = join(folder, ENTRY);
  if (!existsSync(entry)) throw new UsageError(OWN);
  const secret = variables.find(SECRET)?.value;
  if (secret !== undefined) process.env[SECRET] = secret;
  // As the server itself is started with it. What the environment has counts.
  if (existsSync(join(folder, '.env'))) process.loadEnvFile(join(folder, '.env'));
  // The adapter for Node starts to listen otherwise.
  process.env.ASTRO_NODE_AUTOSTART = 'disabled';
  await loaded(entry);
  const [site] = runningSites();
  if (!site) throw new UsageError(OWN);
  if (site.isInMemory) throw new UsageError(`${UNREACHABLE.memory}.`);
  try {
    return await ask(site.registry);
  } finally {
    await disposeServices();
  }
}

/** Loads the module of a server. @throws {UsageError} When it is made for another runtime. */
async function loaded(entry: string): Promise<void> {
  try {
    await import(pathToFileURL(entry).href);
  } catch (error) {
    // Node names the scheme alone.
    if (/\bcloudflare:/.test(String(error))) throw new UsageError(OF_WORKER);
    throw error;
  }
}
