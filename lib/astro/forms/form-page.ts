import { toReturnPath } from '../../access/return-path.js';

/** The query parameter by which a form calls an action. */
const ACTION_PARAMETER = '_action';

/**
 * The address of the page that a form was sent to, without the action that it calls.
 *
 * @param address The request's whole URL.
 * @returns A path with its query; `undefined` where following it could lead off the site.
 */
export function formPage(address: string): string | undefined {
  const { pathname, search } = new URL(address);
  // The rest stays as it was written: what it means is the page's own affair.
  const query = search
    .slice(1)
    .split('&')
    .filter((part) => !new URLSearchParams(part).has(ACTION_PARAMETER));
  return toReturnPath(query.join('&') === '' ? pathname : `${pathname}?${query.join('&')}`);
}

/** What a page's forms are kept under: its path, which is the same with a slash at its end. @param path With any query. */
export function formPlace(path: string): string {
  const [pathname = ''] = path.split(/[?#]/, 1);
  return pathname.replace(/\/+$/, '') || '/';
}
