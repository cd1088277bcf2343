import { routes } from 'virtual:astro-gatehouse/routes';
import { routesNow } from 'virtual:astro-gatehouse/site';
import type { Promised } from '../../session/promised.js';
import type { ProjectRoutes } from '../project-routes.js';

/** Gives the project's routes: those of the build or, in development, those of the files that are there at this moment. */
export const currentRoutes: () => Promised<ProjectRoutes> = routesNow ?? (() => routes);
