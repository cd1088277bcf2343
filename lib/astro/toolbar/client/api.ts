import { TOOLBAR_HEADER, type ToolbarCommand, type ToolbarState } from '../toolbar-state.js';

/** An error whose message the panel shows to the developer. */
export class ToolbarProblem extends Error {}

/**
 * Fetches the state of this page from the development server.
 *
 * @param withNames True to include the names of roles and permissions.
 */
export async function askState(withNames: boolean, signal: AbortSignal): Promise<ToolbarState> {
  const query = `?page=${encodeURIComponent(location.pathname)}${withNames ? '&names' : ''}`;
  return (await ask(query, { signal })) as ToolbarState;
}

/** Waits until there is a newer revision, or until a time limit. */
export async function waitForNews(revision: number, signal: AbortSignal): Promise<void> {
  await ask(`?after=${revision}`, { signal });
}

/** Sends a command to the development server. */
export async function send(command: ToolbarCommand): Promise<void> {
  await ask('', {
    method: 'POST',
    body: JSON.stringify(command),
    headers: { 'Content-Type': 'application/json' },
  });
}

async function ask(query: string, { headers, ...init }: RequestInit): Promise<unknown> {
  const address = import.meta.env.GATEHOUSE_TOOLBAR;
  const response = await fetch(`${address}${query}`, {
    ...init,
    headers: { ...headers, [TOOLBAR_HEADER]: '1' },
    cache: 'no-store',
    redirect: 'error',
  }).catch((error: unknown) => {
    if (init.signal?.aborted) throw error;
    throw new ToolbarProblem('The development server does not answer.');
  });
  const answer: unknown = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const { problem } = answer as { problem?: unknown };
  throw new ToolbarProblem(
    typeof problem === 'string' ? problem : `The development server answers ${response.status}.`,
  );
}
