import type { SessionSheet, SizeSheet, ValueEntry, ValueTree } from '../toolbar-state.js';
import type { Countdowns } from './countdown.js';
import { h } from './dom.js';

/** Shows the contents of the session, its store, and its expiry. */
export function sessionView(session: SessionSheet, countdowns: Countdowns): HTMLElement[] {
  if (session.failure !== undefined) return [h('p', { class: 'alarm' }, session.failure)];
  if (!session.isStored) {
    return [h('p', {}, 'Nothing is stored of this visitor, so there is no session and no cookie.')];
  }
  const facts: [string, Node | string][] = [
    ['Store', session.store],
    ['Id in events', h('code', {}, session.hash ?? '')],
  ];
  if (session.idleEnd !== undefined) facts.push(['Ends without a request', countdowns.to(session.idleEnd)]);
  if (session.absoluteEnd !== undefined) facts.push(['Ends in any case', countdowns.to(session.absoluteEnd)]);
  return [
    h('dl', {}, ...facts.map(([term, fact]) => h('div', {}, h('dt', {}, term), h('dd', {}, fact)))),
    ...(session.size ? [sizeView(session.size)] : []),
    h('h3', {}, 'Values'),
    entriesView(session.values, 'value', 'No values.'),
    h('h3', {}, 'Messages that wait'),
    entriesView(session.flashes, 'flash', 'No messages.'),
  ];
}

function sizeView({ used, limit, cookies }: SizeSheet): HTMLElement {
  const where = cookies > 1 ? `in ${cookies} cookies` : 'in one cookie';
  const text = cookies === 0 ? `${used} characters in the store` : `${used} of ${limit} bytes ${where}`;
  if (cookies === 0) return h('p', { class: 'size' }, text);
  const share = Math.min(100, Math.round((used / limit) * 100));
  const bar = h('div', { class: share > 85 ? 'bar full' : 'bar' });
  bar.style.width = `${share}%`;
  const meter = {
    role: 'meter',
    'aria-label': 'Size of the cookie',
    'aria-valuemin': '0',
    'aria-valuemax': String(limit),
    'aria-valuenow': String(used),
    'aria-valuetext': text,
  };
  return h('div', { class: 'size' }, h('div', { class: 'meter', ...meter }, bar), h('span', {}, text));
}

function entriesView(entries: readonly ValueEntry[], path: string, otherwise: string): HTMLElement {
  if (entries.length === 0) return h('p', { class: 'soft' }, otherwise);
  return h('ul', { class: 'tree' }, ...entries.map((entry) => entryView(entry, `${path}/${entry.key}`)));
}

function entryView({ key, value }: ValueEntry, path: string): HTMLElement {
  if (value.kind !== 'tree') return h('li', {}, h('span', { class: 'key' }, key), ' ', leafView(value));
  const missing = value.size - value.entries.length;
  const summary = h(
    'summary',
    { 'data-key': path },
    h('span', { class: 'key' }, key),
    ' ',
    h('span', { class: 'soft' }, `${value.type} of ${value.size}`),
  );
  const more = missing > 0 ? h('p', { class: 'soft' }, `and ${missing} more`) : undefined;
  const inner = value.size === 0 ? undefined : entriesView(value.entries, path, '…');
  return h('li', {}, h('details', { 'data-key': path }, summary, inner, missing < value.size ? more : undefined));
}

function leafView(value: Exclude<ValueTree, { kind: 'tree' }>): HTMLElement {
  if (value.kind === 'redacted') return h('span', { class: 'redacted' }, 'redacted');
  if (value.kind === 'plain') return h('span', { class: 'plain' }, value.text);
  const isCut = value.length > value.text.length;
  const length = isCut ? h('span', { class: 'soft' }, ` ${value.length} characters`) : undefined;
  return h('span', { class: 'text' }, `“${value.text}”`, length);
}
