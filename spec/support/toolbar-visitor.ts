import type { ToolbarCommand, ToolbarState } from '../../lib/astro/toolbar/toolbar-state.js';
import type { Server } from './app.js';
import { type Answer, Browser } from './browser.js';

/** What a browser adds to what the toolbar's script asks. */
export const OWN_PAGE = { 'sec-fetch-site': 'same-origin', 'x-gatehouse-toolbar': '1', accept: '*/*' };

/** A browser with the toolbar in it. */
export class ToolbarVisitor extends Browser {
  constructor(
    server: Pick<Server, 'origin'>,
    private readonly endpoint = '/_gatehouse/toolbar',
  ) {
    super(server);
  }

  /** What the toolbar is told on a page. */
  async state(page = '/'): Promise<ToolbarState> {
    const { status, text } = await this.ask(page);
    if (status !== 200) throw new Error(`The toolbar was answered ${status}: ${text}`);
    return JSON.parse(text);
  }

  ask(page = '/', headers: Record<string, string> = OWN_PAGE): Promise<Answer> {
    return this.get(`${this.endpoint}?page=${encodeURIComponent(page)}&names`, { headers });
  }

  /** Presses a button. */
  press(command: ToolbarCommand, headers: Record<string, string> = OWN_PAGE): Promise<Answer> {
    const json = { 'content-type': 'application/json', ...headers };
    return this.visit(this.endpoint, { method: 'POST', headers: json, body: JSON.stringify(command) });
  }

  viewAs(userId: string, roles: readonly string[] = [], permissions: readonly string[] = []): Promise<Answer> {
    return this.press({ do: 'view-as', userId, roles, permissions });
  }
}
