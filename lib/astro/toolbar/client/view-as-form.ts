import type { ToolbarCommand, ToolbarState } from '../toolbar-state.js';
import { h } from './dom.js';

const SEVERAL = 'gatehouse-several';

/** The form that selects the visitor to see the site as, and the buttons for the developer's own session. */
export class ViewAsForm {
  readonly element: HTMLElement;
  readonly #userId = field('userId', 'User id', { required: true });
  readonly #roles = new NamesField('roles', 'Roles');
  readonly #permissions = new NamesField('permissions', 'Permissions');
  readonly #myself: HTMLButtonElement;
  readonly #ending: readonly HTMLButtonElement[];
  readonly #why = h('p', { class: 'soft', id: 'gatehouse-own' });

  /** @param run Runs the command of a button. */
  constructor(run: (command: ToolbarCommand) => void) {
    const button = (label: string, command: ToolbarCommand, attributes = {}) =>
      h('button', { type: 'button', ...attributes, onclick: () => run(command) }, label);
    this.#myself = button('Back to myself', { do: 'myself' });
    const own = { 'aria-describedby': this.#why.id };
    this.#ending = [
      button('Expire now', { do: 'expire' }, { ...own, class: 'danger' }),
      button('Clear', { do: 'clear' }, { ...own, class: 'danger' }),
    ];
    const submit = (event: Event) => {
      event.preventDefault();
      run(this.#command());
    };
    this.element = h(
      'form',
      { onsubmit: submit },
      h('div', { class: 'fields' }, this.#userId.label, this.#roles.label, this.#permissions.label),
      h('p', { class: 'soft', id: SEVERAL }, 'Several roles or permissions: with commas in between.'),
      h(
        'div',
        { class: 'buttons' },
        h('button', { class: 'main' }, 'Sign in as'),
        button('Guest', { do: 'guest' }),
        this.#myself,
      ),
      h('div', { class: 'buttons' }, ...this.#ending),
      this.#why,
    );
  }

  update({ known, isViewingAs, session }: ToolbarState): void {
    this.#roles.know(known.roles);
    this.#permissions.know(known.permissions);
    this.#myself.disabled = !isViewingAs;
    const isThere = session.isStored && !isViewingAs;
    for (const button of this.#ending) button.disabled = !isThere;
    this.#why.textContent = isViewingAs
      ? 'Your own session is as you left it. Go back to yourself to expire or clear it.'
      : 'Expire and Clear are for your own session.';
  }

  #command(): ToolbarCommand {
    const { value: userId } = this.#userId.input;
    return { do: 'view-as', userId, roles: this.#roles.names, permissions: this.#permissions.names };
  }
}

function field(name: string, label: string, attributes: Record<string, string | boolean>) {
  const input = h('input', { name, autocomplete: 'off', spellcheck: 'false', ...attributes });
  return { input, label: h('label', {}, label, input) };
}

/** A field for several names separated by commas. Suggestions complete the last name. */
class NamesField {
  readonly label: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #list: HTMLDataListElement;
  #known: readonly string[] = [];

  constructor(name: string, label: string) {
    this.#list = h('datalist', { id: `gatehouse-${name}` });
    const { input, label: labelled } = field(name, label, { list: this.#list.id, 'aria-describedby': SEVERAL });
    input.addEventListener('input', () => this.#propose());
    this.#input = input;
    this.label = h('div', {}, labelled, this.#list);
  }

  get names(): string[] {
    const names = this.#input.value.split(',').map((name) => name.trim());
    return names.filter((name) => name !== '');
  }

  know(names: readonly string[]): void {
    if (names.join() === this.#known.join()) return;
    this.#known = names;
    this.#propose();
  }

  /** Suggestions replace the whole value of a field, so each contains the names before it. */
  #propose(): void {
    const before = this.#input.value.replace(/[^,]*$/, '').trim();
    const values = this.#known.map((name) => (before === '' ? name : `${before} ${name}`));
    this.#list.replaceChildren(...values.map((value) => h('option', { value })));
  }
}
