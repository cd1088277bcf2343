/** The data that the toolbar displays: plain data without secrets. */
export interface ToolbarState {
  /** Milliseconds since the epoch, by the server's clock. */
  readonly now: number;
  /** Number of the latest decision in the server's memory, which grows with each one. */
  readonly revision: number;
  readonly session: SessionSheet;
  readonly visitor: VisitorSheet;
  /** True when pages see a stand-in of the toolbar, and not the visitor's own session. */
  readonly isViewingAs: boolean;
  /** The decision about the current page; `undefined` when none is recorded. */
  readonly page: DecisionSheet | undefined;
  readonly latest: readonly DecisionSheet[];
  /** Roles and permissions that rules and guards require. */
  readonly known: { readonly roles: readonly string[]; readonly permissions: readonly string[] };
}

/** The session that pages see. */
export interface SessionSheet {
  readonly isStored: boolean;
  /** The name of the store's class. */
  readonly store: string;
  /** The short hash that also identifies it in events. */
  readonly hash: string | undefined;
  readonly size: SizeSheet | undefined;
  /** Milliseconds since the epoch. */
  readonly idleEnd: number | undefined;
  readonly absoluteEnd: number | undefined;
  readonly values: readonly ValueEntry[];
  /** Waiting messages. */
  readonly flashes: readonly ValueEntry[];
  /** The reason why the contents are unknown. */
  readonly failure: string | undefined;
}

export interface SizeSheet {
  readonly used: number;
  readonly limit: number;
  /** Number of cookies that hold it; 0 with a store on the server. */
  readonly cookies: number;
}

export interface VisitorSheet {
  readonly userId: string | undefined;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
}

export interface ValueEntry {
  readonly key: string;
  readonly value: ValueTree;
}

/** A value of a session, prepared for display. */
export type ValueTree =
  | { readonly kind: 'text'; readonly text: string; readonly length: number }
  | { readonly kind: 'plain'; readonly text: string }
  | { readonly kind: 'redacted' }
  | { readonly kind: 'tree'; readonly type: string; readonly size: number; readonly entries: readonly ValueEntry[] };

/** A request and its outcome. */
export interface DecisionSheet {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly route: string;
  readonly session: string | undefined;
  readonly isPage: boolean;
  readonly userId: string | undefined;
  /** True for requests of a stand-in. */
  readonly isViewedAs: boolean;
  /** True for a prerendered page, which has no session and no guard. */
  readonly isPrerendered: boolean;
  /** The answer instead of the page; `undefined` when the visitor was let in. */
  readonly refusal: { readonly status: number; readonly location: string | undefined } | undefined;
  readonly views: readonly ViewSheet[];
  readonly verdicts: readonly VerdictSheet[];
}

export interface ViewSheet {
  readonly path: string;
  /**
   * `protect[1] of astro.config`, `guard of src/pages/x.astro`, `globalProtect`, `exclude`, `loginPath`; or
   * `undefined`.
   */
  readonly by: string | undefined;
  /** The visitors who may see it, in words. */
  readonly who: string | undefined;
}

export interface VerdictSheet {
  readonly by: string;
  readonly who: string | undefined;
  readonly isGranted: boolean;
  /** True when it is only logged, and not enforced. */
  readonly isReportOnly: boolean;
  readonly code: string;
  readonly reason: string;
  readonly missing: readonly string[];
}

/** The commands of the toolbar's buttons. */
export type ToolbarCommand =
  | {
      readonly do: 'view-as';
      readonly userId: string;
      readonly roles: readonly string[];
      readonly permissions: readonly string[];
    }
  | { readonly do: 'guest' | 'myself' | 'expire' | 'clear' };

/** The path of the toolbar's endpoint, below the site's base. */
export const TOOLBAR_PATH = '/_gatehouse/toolbar';
/** A header that no other site can send. */
export const TOOLBAR_HEADER = 'X-Gatehouse-Toolbar';
