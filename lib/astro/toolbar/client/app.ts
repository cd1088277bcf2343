import { defineToolbarApp } from 'astro/toolbar';
import type { ToolbarCommand } from '../toolbar-state.js';
import { askState, send, ToolbarProblem, waitForNews } from './api.js';
import { Badge } from './badge.js';
import { Panel } from './panel.js';
import { panelStyles } from './styles.js';

/** Milliseconds after which a server that did not answer is asked again. */
const PATIENCE = 3000;
/** Milliseconds to wait until the answer to a request has probably arrived, with its cookies. */
const SETTLING = 300;
/** Key of the session storage that tells the next page that the panel was open. */
const OPEN = 'gatehouse-toolbar-open';

/**
 * Gatehouse in Astro's toolbar: the session and the decisions of this page, and the page as another visitor sees it.
 */
export default defineToolbarApp({
  init(canvas, app) {
    const run = (command: ToolbarCommand) => void perform(command);
    const panel = new Panel(run);
    const badge = new Badge(() => run({ do: 'myself' }));
    let isOpen = false;
    let asking = new AbortController();
    const isLookedAt = () => isOpen && document.visibilityState === 'visible';

    /** Shows the current state, and every newer one while the panel is visible. */
    async function refresh(): Promise<void> {
      asking.abort();
      asking = new AbortController();
      const { signal } = asking;
      do {
        try {
          const state = await askState(isOpen, signal);
          badge.update(state);
          app.toggleNotification(state.isViewingAs ? { state: true, level: 'info' } : { state: false });
          panel.update(state);
          if (!isLookedAt()) return;
          await waitForNews(state.revision, signal);
          await pause(SETTLING);
        } catch (error) {
          if (signal.aborted) return;
          panel.showProblem(error instanceof ToolbarProblem ? error.message : String(error));
          await pause(PATIENCE);
        }
      } while (!signal.aborted && isLookedAt());
    }

    /** Runs a command and reloads the page, because another visitor may see another page, or none. */
    async function perform(command: ToolbarCommand): Promise<void> {
      try {
        await send(command);
        if (isOpen) sessionStorage.setItem(OPEN, '1');
        // Not by its path, which may begin with two slashes: that would be another site.
        location.replace(location.href.replace(/#.*/s, ''));
      } catch (error) {
        panel.showProblem(error instanceof ToolbarProblem ? error.message : String(error));
      }
    }

    function toggled(state: boolean): void {
      isOpen = state;
      panel.countdowns.stop();
      // A hidden panel is removed, so that code which searches the page, such as the application's tests, does not find
      // it.
      if (!isOpen) {
        panel.element.remove();
        return;
      }
      canvas.append(panel.element);
      panel.countdowns.start();
      panel.place(placementNow());
      void refresh();
      panel.focus();
    }

    canvas.adoptedStyleSheets = [panelStyles()];
    app.onToggled(({ state }) => toggled(state));
    app.onToolbarPlacementUpdated(({ placement }) => panel.place(placement));
    document.addEventListener('astro:after-swap', () => badge.place());
    document.addEventListener('astro:page-load', () => void refresh());
    document.addEventListener('visibilitychange', () => {
      if (isOpen && document.visibilityState === 'visible') void refresh();
    });
    void refresh();
    if (sessionStorage.getItem(OPEN) !== null) {
      sessionStorage.removeItem(OPEN);
      // Astro opens no app before the toolbar is ready, which it is after this function.
      setTimeout(() => app.toggleState({ state: true }));
    }
  },
});

function pause(milliseconds: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, milliseconds));
}

function placementNow(): string {
  const root = document.querySelector('astro-dev-toolbar')?.shadowRoot?.querySelector('#dev-toolbar-root');
  return root instanceof HTMLElement ? (root.dataset.placement ?? 'bottom-center') : 'bottom-center';
}
