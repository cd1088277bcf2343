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
/** A page of the project, with or without a query. */
export type RoutePath = RouteTypes extends { path: infer Path extends string } ? Path : string;
/** A page of the project, or of another site. */
export type RouteAddress = RoutePath | (`https://${string}` & {}) | (`http://${string}` & {});
