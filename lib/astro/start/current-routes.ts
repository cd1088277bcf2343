import { routes } from 'virtual:astro-gatehouse/routes';
import { routesNow } from 'virtual:astro-gatehouse/site';
import type { Promised } from '../../base/promised.js';
import type { ProjectRoutes } from './project-routes.js';

/** Returns the project's routes: those of the build or, in development, those of the files that exist now. */
export const currentRoutes: () => Promised<ProjectRoutes> = routesNow ?? (() => routes);
