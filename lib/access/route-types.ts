declare global {
  namespace App {
    /**
     * The routes of the project: `pattern` for rules, `path` for redirects. The integration generates
     * it; without it both are any string.
     */
    interface RouteTypes {}
  }
}

/** `App.RouteTypes`, for projects that augment the module instead. */
export interface RouteTypes extends App.RouteTypes {}

/** A pattern of a rule. */
export type RoutePattern = RouteTypes extends { pattern: infer Pattern extends string } ? Pattern : string;
/** A path of the project as a string, with or without a query: `/account?tab=profile`. */
export type RoutePath = RouteTypes extends { path: infer Path extends string } ? Path : string;
/** A path of the project, or the complete address of a page of another site, as a string. */
export type RouteAddress = RoutePath | (`https://${string}` & {}) | (`http://${string}` & {});
