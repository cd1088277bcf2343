/**
 * The page that a request is about: its own route; for a server island, the page that rendered it; for an action that is
 * called at its own address, the page from which the browser says that it called.
 */
export interface RequestedPage {
  readonly url: URL;
  /** Pattern of its route, in Astro's notation: `/org/[slug]`. */
  readonly routePattern: string;
  readonly params: Readonly<Record<string, string | undefined>>;
  /** True when nothing but the browser's word says so: for an action that is called at its own address. */
  readonly isClaimed: boolean;
}
