import { toReturnPath } from '../../access/paths/return-path.js';
import { withoutTrailingSlash } from '../../base/text.js';

/** The query parameter by which a form calls an action. */
const ACTION_PARAMETER = '_action';

/**
 * Returns the address of the page that a form was posted to, without the action that it calls. A form whose action is
 * its only query parameter, as with `action={actions.join}`, has dropped the query of its page; the Referer header
 * still contains it.
 *
 * @returns A path with its query; `undefined` when a redirect to it could leave the site.
 */
export function formPage({ url, headers }: Pick<Request, 'url' | 'headers'>): string | undefined {
  const { pathname, search } = new URL(url);
  const own = withoutAction(search);
  if (own !== '') return toReturnPath(`${pathname}?${own}`);
  const shown = queryBefore(headers.get('referer'), pathname);
  return (shown === '' ? undefined : toReturnPath(`${pathname}?${shown}`)) ?? toReturnPath(pathname);
}

/**
 * Returns the query with which the page was shown. Nothing else of the Referer is used, so it cannot lead to another
 * page.
 */
function queryBefore(referrer: string | null, path: string): string {
  if (!referrer || !URL.canParse(referrer)) return '';
  const { pathname, search } = new URL(referrer);
  return formPlace(pathname) === formPlace(path) ? withoutAction(search) : '';
}

/** Removes the action. The rest stays exactly as written, because its meaning is the page's own. */
function withoutAction(search: string): string {
  const parts = search.slice(1).split('&');
  return parts.filter((part) => !new URLSearchParams(part).has(ACTION_PARAMETER)).join('&');
}

/**
 * Returns the key under which a page's forms are kept: its path, without a trailing slash.
 *
 * @param path May have a query.
 */
export function formPlace(path: string): string {
  const [pathname = ''] = path.split(/[?#]/, 1);
  return withoutTrailingSlash(pathname) || '/';
}
