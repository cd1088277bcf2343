import type { ToolbarCommand, ToolbarState } from '../toolbar-state.js';
import { Countdowns } from './countdown.js';
import { historyView, pageView } from './decision-view.js';
import { h, show } from './dom.js';
import { sessionView } from './session-view.js';
import { ViewAsForm } from './view-as-form.js';

/** The open panel of the toolbar. */
export class Panel {
  readonly element: HTMLElement;
  readonly countdowns = new Countdowns();
  readonly #title = h('h1', { tabindex: '-1' }, 'Gatehouse');
  readonly #who = h('p', { class: 'who' });
  readonly #problem = h('p', { 'aria-live': 'assertive', class: 'alarm' });
  readonly #status = h('p', { 'aria-live': 'polite', class: 'hidden' });
  readonly #session = h('div');
  readonly #page = h('div');
  readonly #latest = h('div', { class: 'scrolls', tabindex: '0', role: 'region', 'aria-label': 'Last decisions' });
  readonly #form: ViewAsForm;
  #shown = '';

  /** @param run Runs the command of a button. */
  constructor(run: (command: ToolbarCommand) => void) {
    this.#form = new ViewAsForm(run);
    this.element = h(
      'section',
      { class: 'window', 'aria-label': 'Gatehouse' },
      h('header', {}, this.#title, this.#who),
      this.#problem,
      this.#status,
      h(
        'div',
        { class: 'columns' },
        h('div', {}, section('See the site as', this.#form.element), section('This page', this.#page)),
        section('Session', this.#session),
      ),
      section('Last decisions', this.#latest),
    );
  }

  update(state: ToolbarState): void {
    const { now, revision: _, ...content } = state;
    this.#problem.textContent = '';
    this.countdowns.setClock(now);
    this.#form.update(state);
    const shown = JSON.stringify(content);
    // An unchanged state leaves the DOM alone, and so the reader's position and focus.
    if (shown === this.#shown) return;
    if (this.#shown !== '') this.#status.textContent = `Updated at ${new Date().toLocaleTimeString()}`;
    this.#shown = shown;
    this.#who.textContent = whoIn(state);
    show(this.#session, ...sessionView(state.session, this.countdowns));
    show(this.#page, ...pageView(state.page));
    show(this.#latest, historyView(state.latest));
  }

  showProblem(problem: string): void {
    this.#problem.textContent = problem;
  }

  focus(): void {
    this.#title.focus();
  }

  /** @param placement Astro's name for the position of its toolbar. */
  place(placement: string): void {
    this.element.dataset.placement = placement;
  }
}

function section(title: string, content: HTMLElement): HTMLElement {
  return h('section', {}, h('h2', {}, title), content);
}

function whoIn({ isViewingAs, visitor: { userId, roles, permissions } }: ToolbarState): string {
  const parts = [
    userId ?? 'guest',
    roles.length > 0 && `roles ${roles.join(', ')}`,
    permissions.length > 0 && `permissions ${permissions.join(', ')}`,
  ];
  return `${isViewingAs ? 'Viewing as ' : ''}${parts.filter((part) => part !== false).join(' · ')}`;
}
