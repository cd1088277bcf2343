type Child = Node | string | undefined;
type Listeners = { readonly [Name in `on${string}`]?: (event: Event) => void };
type Attributes = Listeners & { readonly [name: string]: string | boolean | ((event: Event) => void) | undefined };

/** Creates an element. Strings become text nodes, never HTML, because they may come from untrusted users. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** Replaces the children of an element. Unfolded details and the keyboard focus stay as they were. */
export function show(place: HTMLElement, ...children: readonly Child[]): void {
  const root = place.getRootNode();
  const active = root instanceof ShadowRoot ? root.activeElement : null;
  const focused = active instanceof HTMLElement && place.contains(active) ? active.dataset.key : undefined;
  const toggled = new Map([...unfoldable(place)].map((details) => [details.dataset.key, details.open]));
  place.replaceChildren(...children.filter((child) => child !== undefined));
  for (const details of unfoldable(place)) details.open = toggled.get(details.dataset.key) ?? details.open;
  if (focused === undefined) return;
  for (const element of place.querySelectorAll<HTMLElement>('[data-key]')) {
    if (element.dataset.key === focused && element.tagName !== 'DETAILS') element.focus({ preventScroll: true });
  }
}

function unfoldable(place: HTMLElement): NodeListOf<HTMLDetailsElement> {
  return place.querySelectorAll('details');
}
