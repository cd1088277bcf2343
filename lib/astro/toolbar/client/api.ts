import { TOOLBAR_HEADER, type ToolbarCommand, type ToolbarState } from '../toolbar-state.js';

/** Told in place of an answer, for whoever sits before the page. */
export class ToolbarProblem extends Error {}

/** Asks the development server what there is to show of this page. @param withNames Whether names are to be proposed. */
export async function askState(withNames: boolean, signal: AbortSignal): Promise<ToolbarState> {
  const query = `?page=${encodeURIComponent(location.pathname)}${withNames ? '&names' : ''}`;
  return (await ask(query, { signal })) as ToolbarState;
}

/** Waits until there is something newer than this revision, or for a while. */
export async function waitForNews(revision: number, signal: AbortSignal): Promise<void> {
  await ask(`?after=${revision}`, { signal });
}

/** Has the development server do something. */
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
