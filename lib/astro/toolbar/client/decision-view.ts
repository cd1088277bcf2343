import type { DecisionSheet, VerdictSheet, ViewSheet } from '../toolbar-state.js';
import { h } from './dom.js';

/** Shows why this page was allowed or refused. */
export function pageView(page: DecisionSheet | undefined): HTMLElement[] {
  if (!page) {
    return [h('p', {}, 'The server has not decided about this page since it started. Reload it to see how it does.')];
  }
  if (page.isPrerendered) {
    return [
      h(
        'p',
        {},
        'This page is prerendered: it is rendered once for everybody, has no session, and nothing can protect it.',
      ),
    ];
  }
  const { verdicts, views } = page;
  return [
    h('p', {}, outcomeView(page), ' ', h('span', { class: 'soft' }, `route ${page.route}`)),
    h('h3', {}, 'Looked at'),
    views.length === 0
      ? h('p', { class: 'soft' }, 'No rule, no guard.')
      : h('ul', { class: 'plain-list' }, ...views.map(viewView)),
    ...(verdicts.length > 0
      ? [h('h3', {}, 'Decided'), h('ul', { class: 'plain-list' }, ...verdicts.map(verdictView))]
      : []),
  ];
}

/** Shows the last decisions of the server, for all visitors. */
export function historyView(latest: readonly DecisionSheet[]): HTMLElement {
  if (latest.length === 0) return h('p', { class: 'soft' }, 'None yet.');
  const heads = ['Time', 'Request', 'Who', 'Outcome', 'By'].map((text) => h('th', { scope: 'col' }, text));
  return h(
    'table',
    {},
    h('caption', { class: 'hidden' }, 'The last decisions of the development server'),
    h('thead', {}, h('tr', {}, ...heads)),
    h('tbody', {}, ...latest.map(rowView)),
  );
}

function rowView(decision: DecisionSheet): HTMLElement {
  const { at, method, path, userId, isViewedAs, verdicts } = decision;
  const settled = verdicts.at(-1);
  const by = settled ? `${settled.by}: ${settled.reason}` : byOf(decision);
  const time = new Date(at);
  const who = `${userId ?? 'guest'}${isViewedAs ? ', viewed as' : ''}`;
  return h(
    'tr',
    {},
    h('td', {}, h('time', { datetime: time.toISOString() }, time.toLocaleTimeString())),
    h('td', { class: 'path' }, `${method} ${path}`),
    h('td', {}, who),
    h('td', {}, outcomeView(decision)),
    h('td', {}, by),
  );
}

function byOf({ views }: DecisionSheet): string {
  return [...new Set(views.map(({ by }) => by ?? 'no rule'))].join(', ') || 'no rule';
}

function outcomeView({ refusal }: DecisionSheet): HTMLElement {
  if (!refusal) return h('span', { class: 'outcome granted' }, 'let in');
  const { status, location } = refusal;
  const where = location === undefined ? `${status}` : `sent to ${location.replace(/\?.*$/s, '?…')}`;
  return h('span', { class: 'outcome refused', title: location }, `refused: ${where}`);
}

function viewView({ path, by, who }: ViewSheet): HTMLElement {
  const said = by === undefined ? 'no rule' : `${by}${who === undefined ? '' : `: ${who}`}`;
  return h('li', {}, h('code', {}, path), ' ', said);
}

function verdictView({ by, who, isGranted, isReportOnly, code, reason, missing }: VerdictSheet): HTMLElement {
  const word = isGranted ? 'granted' : 'refused';
  return h(
    'li',
    {},
    h('span', { class: `outcome ${word}` }, isReportOnly ? `would be ${word}` : word),
    ' ',
    h('strong', {}, by),
    who === undefined ? undefined : ` (${who})`,
    h('div', {}, h('code', {}, code), ` ${reason}`),
    missing.length > 0 ? h('div', {}, `Missing: ${missing.join(', ')}`) : undefined,
  );
}
