declare global {
  namespace App {
    /**
     * The routes of the project: `pattern`, for rules, and `path`, for where visitors are sent. The integration writes
     * it; without it both are any text.
     */
    interface RouteTypes {}
  }
}

/** `App.RouteTypes`, for those who would rather augment the module. */
export interface RouteTypes extends App.RouteTypes {}

/** What a rule may be for. */
export type RoutePattern = RouteTypes extends { pattern: infer Pattern extends string } ? Pattern : string;
/** A page of the project, with or without a query. */
export type RoutePath = RouteTypes extends { path: infer Path extends string } ? Path : string;
/** A page of the project, or of another site. */
export type RouteAddress = RoutePath | (`https://${string}` & {}) | (`http://${string}` & {});
