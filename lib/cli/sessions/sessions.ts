import type { ReadReport } from '../../astro/report/build-channel.js';
import { Clock } from '../../base/clock.js';
import { Disposables } from '../../base/disposables.js';
import type { SessionFilter } from '../../session/registry/session-filter.js';
import { SecurityEvents } from '../../session/security-events.js';
import { SessionConfig } from '../../session/session-config.js';
import { SessionRegistry } from '../../session/session-registry.js';
import { ClientFailure } from '../../session/stores/client-failure.js';
import { NoRevocationList } from '../../session/stores/revocation-list.js';
import type { SessionStore } from '../../session/stores/session-store.js';
import { type SessionsRequest, UsageError } from '../command-line.js';
import { EnvFiles } from '../doctor/facts.js';
import { projectAt, readReport } from '../read-report.js';
import { openedStore } from './opened-store.js';
import { type AskedRegistry, withServer } from './server-registry.js';
import { countAsText, endedAsText, pageAsJson, pageAsText } from './sessions-text.js';

/**
 * Lists, counts or ends the sessions in the store that a project is configured with.
 *
 * @param note Called with the store that is used, before it is asked.
 * @returns What to print.
 * @throws {UsageError} When only the server can read the sessions, and where several would end without `--yes`.
 */
export async function sessions(request: SessionsRequest, note: (text: string) => void): Promise<string> {
  const folder = projectAt(request.root);
  // Read first, because the build may set variables.
  const variables = new EnvFiles(folder, { ...process.env });
  const report = await readReport(folder);
  if (!report.isWhole) throw new Error(`The store is unknown: ${report.notes.join('; ')}`);
  try {
    if (report.hasOwnStore) {
      note("Store: the project's own, as the built server opens it");
      return await withServer(folder, variables, (registry) => answer(registry, request));
    }
    const { store, place } = openedStore(report, folder, variables);
    note(`Store: ${place}`);
    return await withStore(store, report, (registry) => answer(registry, request));
  } catch (error) {
    if (error instanceof ClientFailure) throw new Error(`${error.message} ${error.cure}`);
    throw error;
  }
}

/** Asks a store. It is closed in the end. */
async function withStore<Answer>(
  store: SessionStore,
  { settings }: Pick<ReadReport, 'settings'>,
  ask: (registry: SessionRegistry) => Promise<Answer>,
): Promise<Answer> {
  const opened = new Disposables();
  opened.add(store);
  try {
    const clock = new Clock();
    const config = SessionConfig.from(settings.session, { isProduction: true });
    return await ask(new SessionRegistry(store, new NoRevocationList(), config, clock, new SecurityEvents(clock)));
  } finally {
    await opened.dispose(() => undefined);
  }
}

/** Answers a request. @throws {UsageError} As {@link sessions}. */
export async function answer(
  registry: AskedRegistry,
  { act, by: pairs, id, yes, json, after, limit }: SessionsRequest,
): Promise<string> {
  const by = filterOf(pairs);
  if (act === 'list') {
    const page = await registry.listAll({ after, limit, by });
    return json ? pageAsJson(page) : pageAsText(page);
  }
  if (act === 'count') return countAsText(await registry.count({ by }), json);
  if (id !== undefined) return endedAsText(Number(await registry.revoke(id)), json);
  const count = yes ? 0 : await registry.count({ by });
  if (count > 1) throw new UsageError(`This would end ${count} sessions: add --yes. Nothing was changed.`);
  return endedAsText(await registry.endAll({ by }), json);
}

/** Reads `key=value`. On a command line every value is a string, and may be meant as a number or a boolean. */
function filterOf(pairs: readonly string[]): SessionFilter {
  const filter: Record<string, (string | number | boolean)[]> = Object.create(null);
  for (const pair of pairs) {
    const [, key = '', text = ''] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    const number = String(Number(text)) === text ? [Number(text)] : [];
    const boolean = text === 'true' || text === 'false' ? [text === 'true'] : [];
    if (key in filter) throw new UsageError(`--by ${key}=… is given twice: a session has one value under a key.`);
    filter[key] = [text, ...number, ...boolean];
  }
  return filter;
}
