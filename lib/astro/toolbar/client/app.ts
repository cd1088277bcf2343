import { defineToolbarApp } from 'astro/toolbar';
import type { ToolbarCommand } from '../toolbar-state.js';
import { askState, send, ToolbarProblem } from './api.js';
import { Badge } from './badge.js';
import { Panel } from './panel.js';
import { panelStyles } from './styles.js';

const EVERY = 3000;
/** Where it is noted for the next page that the panel was open. */
const OPEN = 'gatehouse-toolbar-open';

/** Gatehouse in Astro's toolbar: the session and the decisions of this page, and the page as somebody else sees it. */
export default defineToolbarApp({
  init(canvas, app) {
    const run = (command: ToolbarCommand) => void perform(command);
    const panel = new Panel(run);
    const badge = new Badge(() => run({ do: 'myself' }));
    let isOpen = false;
    let isAsking = false;

    async function refresh(): Promise<void> {
      if (isAsking) return;
      isAsking = true;
      try {
        const state = await askState();
        badge.update(state);
        app.toggleNotification(state.isViewingAs ? { state: true, level: 'info' } : { state: false });
        panel.update(state);
      } catch (error) {
        panel.tell(error instanceof ToolbarProblem ? error.message : String(error));
      } finally {
        isAsking = false;
      }
    }

    /** The page is asked for anew: it may be another, or none, for whoever is seen now. */
    async function perform(command: ToolbarCommand): Promise<void> {
      try {
        await send(command);
        if (isOpen) sessionStorage.setItem(OPEN, '1');
        location.replace(location.pathname + location.search);
      } catch (error) {
        panel.tell(error instanceof ToolbarProblem ? error.message : String(error));
      }
    }

    function toggled(state: boolean): void {
      isOpen = state;
      panel.countdowns.stop();
      if (!isOpen) return;
      panel.countdowns.start();
      panel.place(placementNow());
      void refresh();
      panel.focus();
    }

    canvas.adoptedStyleSheets = [panelStyles()];
    canvas.append(panel.element);
    app.onToggled(({ state }) => toggled(state));
    app.onToolbarPlacementUpdated(({ placement }) => panel.place(placement));
    document.addEventListener('astro:after-swap', () => badge.place());
    document.addEventListener('astro:page-load', () => void refresh());
    setInterval(() => {
      if (isOpen && document.visibilityState === 'visible') void refresh();
    }, EVERY);
    void refresh();
    if (sessionStorage.getItem(OPEN) !== null) {
      sessionStorage.removeItem(OPEN);
      // Astro shows no app before it is ready, which it is when this is done.
      setTimeout(() => app.toggleState({ state: true }));
    }
  },
});

function placementNow(): string {
  const root = document.querySelector('astro-dev-toolbar')?.shadowRoot?.querySelector('#dev-toolbar-root');
  return root instanceof HTMLElement ? (root.dataset.placement ?? 'bottom-center') : 'bottom-center';
}
