/** What the toolbar of the development server is told: plain data, and nothing secret in it. */
export interface ToolbarState {
  /** Milliseconds since the epoch, by the clock of the server. */
  readonly now: number;
  /** Of what the server remembers. */
  readonly revision: number;
  readonly session: SessionSheet;
  readonly visitor: VisitorSheet;
  /** Whether pages see a stand-in of the toolbar, and not the visitor's own session. */
  readonly isViewingAs: boolean;
  /** Of the page that asks; `undefined` where the server remembers none. */
  readonly page: DecisionSheet | undefined;
  readonly latest: readonly DecisionSheet[];
  /** Roles and permissions that rules and guards ask for. */
  readonly known: { readonly roles: readonly string[]; readonly permissions: readonly string[] };
}

/** The session that pages see. */
export interface SessionSheet {
  readonly isStored: boolean;
  /** The name of the store's class. */
  readonly store: string;
  /** As in events. */
  readonly hash: string | undefined;
  readonly size: SizeSheet | undefined;
  /** Milliseconds since the epoch. */
  readonly idleEnd: number | undefined;
  readonly absoluteEnd: number | undefined;
  readonly values: readonly ValueEntry[];
  /** Messages that wait. */
  readonly flashes: readonly ValueEntry[];
  /** Why nobody knows what is stored. */
  readonly failure: string | undefined;
}

export interface SizeSheet {
  readonly used: number;
  readonly limit: number;
  /** How many cookies it is in; none where it is in a store on the server. */
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

/** A value of a session, as it can be shown. */
export type ValueTree =
  | { readonly kind: 'text'; readonly text: string; readonly length: number }
  | { readonly kind: 'plain'; readonly text: string }
  | { readonly kind: 'redacted' }
  | { readonly kind: 'tree'; readonly type: string; readonly size: number; readonly entries: readonly ValueEntry[] };

/** A request and what became of it. */
export interface DecisionSheet {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly route: string;
  readonly session: string | undefined;
  readonly isPage: boolean;
  readonly userId: string | undefined;
  /** Whether a stand-in asked. */
  readonly isViewedAs: boolean;
  /** A prerendered page has no session, and nobody stands before it. */
  readonly isPrerendered: boolean;
  /** What was answered in place of the page; `undefined` when the visitor was let in. */
  readonly refusal: { readonly status: number; readonly location: string | undefined } | undefined;
  readonly views: readonly ViewSheet[];
  readonly verdicts: readonly VerdictSheet[];
}

export interface ViewSheet {
  readonly path: string;
  /** `protect[1] of astro.config`, `guard of src/pages/x.astro`, `globalProtect`, `exclude`, `loginPath`; or nothing. */
  readonly by: string | undefined;
  /** Who may, in words. */
  readonly who: string | undefined;
}

export interface VerdictSheet {
  readonly by: string;
  readonly who: string | undefined;
  readonly isGranted: boolean;
  /** Whether it only says what would be. */
  readonly isReportOnly: boolean;
  readonly code: string;
  readonly reason: string;
  readonly missing: readonly string[];
}

/** What the toolbar's buttons ask for. */
export type ToolbarCommand =
  | {
      readonly do: 'view-as';
      readonly userId: string;
      readonly roles: readonly string[];
      readonly permissions: readonly string[];
    }
  | { readonly do: 'guest' | 'myself' | 'expire' | 'clear' };

/** Where the toolbar asks, below the site's base. */
export const TOOLBAR_PATH = '/_gatehouse/toolbar';
/** A header that no other site can have sent. */
export const TOOLBAR_HEADER = 'X-Gatehouse-Toolbar';
