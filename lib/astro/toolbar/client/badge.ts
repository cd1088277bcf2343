import type { ToolbarState } from '../toolbar-state.js';
import { h } from './dom.js';
import { badgeStyles } from './styles.js';

const HOST = 'gatehouse-viewing-as';

/** Shows on the page that it is seen as another visitor, even while the toolbar is closed. */
export class Badge {
  readonly #host = document.createElement(HOST);
  readonly #text = h('span');
  #isShown = false;

  /** @param back Ends the stand-in. */
  constructor(back: () => void) {
    const root = this.#host.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [badgeStyles()];
    const button = h('button', { type: 'button', onclick: back }, 'Back to myself');
    root.append(h('section', { 'aria-label': 'Gatehouse' }, this.#text, button));
  }

  update({ isViewingAs, visitor }: ToolbarState): void {
    const { userId, roles } = visitor;
    const who = userId === undefined ? 'a guest' : `${userId}${roles.length > 0 ? ` (${roles.join(', ')})` : ''}`;
    this.#text.textContent = `Viewing as ${who}`;
    this.#isShown = isViewingAs;
    this.place();
  }

  /** Adds the badge to the page. A page swap removes it. */
  place(): void {
    if (!this.#isShown) this.#host.remove();
    else if (!this.#host.isConnected) document.body.append(this.#host);
  }
}
