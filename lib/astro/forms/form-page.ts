import { toReturnPath } from '../../access/return-path.js';

/** The query parameter by which a form calls an action. */
const ACTION_PARAMETER = '_action';

/**
 * The address of the page that a form was sent to, without the action that it calls. A form that names nothing else in
 * its query, as `action={actions.join}` does, has taken the query of its page away, which the browser tells beside it.
 *
 * @returns A path with its query; `undefined` where following it could lead off the site.
 */
export function formPage({ url, headers }: Pick<Request, 'url' | 'headers'>): string | undefined {
  const { pathname, search } = new URL(url);
  const own = withoutAction(search);
  if (own !== '') return toReturnPath(`${pathname}?${own}`);
  const shown = queryBefore(headers.get('referer'), pathname);
  return (shown === '' ? undefined : toReturnPath(`${pathname}?${shown}`)) ?? toReturnPath(pathname);
}

/** The query under which the page itself was shown. Only that is taken: nobody leads to another page by it. */
function queryBefore(referrer: string | null, path: string): string {
  if (!referrer || !URL.canParse(referrer)) return '';
  const { pathname, search } = new URL(referrer);
  return formPlace(pathname) === formPlace(path) ? withoutAction(search) : '';
}

/** The rest stays as it was written: what it means is the page's own affair. */
function withoutAction(search: string): string {
  const parts = search.slice(1).split('&');
  return parts.filter((part) => !new URLSearchParams(part).has(ACTION_PARAMETER)).join('&');
}

/** What a page's forms are kept under: its path, which is the same with a slash at its end. @param path With any query. */
export function formPlace(path: string): string {
  const [pathname = ''] = path.split(/[?#]/, 1);
  return pathname.replace(/\/+$/, '') || '/';
}
