import { routes } from 'virtual:astro-gatehouse/routes';
import { routesNow } from 'virtual:astro-gatehouse/site';
import { hasPageAmong } from '../../access/refusal/language-pages.js';
import type { Promised } from '../../base/promised.js';
import type { ProjectRoutes } from './project-routes.js';

/** The routes that were read last. */
let latest: ProjectRoutes = routes;

const readAnew = routesNow;

/** Returns the project's routes: those of the build or, in development, those of the files that exist now. */
export const currentRoutes: () => Promised<ProjectRoutes> = readAnew
  ? async () => {
      latest = await readAnew();
      return latest;
    }
  : () => routes;

/** Checks whether the project has a page in a language. In development each request reads the routes before. */
export function hasLanguagePage(path: string): boolean {
  return hasPageAmong(latest.languagePages)(path);
}

/** Checks whether the project has an error page for a status, which Astro renders with the locals of the request. */
export function rendersErrorPage(status: 404 | 500): boolean {
  return latest.renderedErrors.has(status);
}
