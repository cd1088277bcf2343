import { getSecret } from 'astro:env/server';
import { routes } from 'virtual:astro-gatehouse/routes';
import setup from 'virtual:astro-gatehouse/setup';
import {
  developmentPlace,
  islandPageKey,
  makeToolbar,
  routesNow,
  site,
  spareSecret,
  storeMakers,
} from 'virtual:astro-gatehouse/site';
import { CsrfConfig } from '../../access/csrf/csrf-config.js';
import { SiteSessions } from '../outside/site-sessions.js';
import { signIslands } from '../pages/island-page.js';
import { currentRoutes, hasLanguagePage } from './current-routes.js';
import { Gatehouse } from './gatehouse.js';
import { logOriginRefusals } from './origin-refusals.js';
import { guardedRoutes, guardLoader } from './project-routes.js';
import { noteRunning } from './running-services.js';

/** The running instance. It is created when this module is loaded, which the server's entry does before it listens. */
export const gatehouse = Gatehouse.start({
  ...site,
  setup,
  storeMakers,
  makeToolbar,
  routesNow,
  hasPage: hasLanguagePage,
  pageGuards:
    routes.pages.length > 0 || routesNow
      ? {
          load: guardLoader(routes, routesNow),
          routes: async () => guardedRoutes(await currentRoutes()),
        }
      : undefined,
  secret: getSecret('GATEHOUSE_SECRET') ?? spareSecret,
});

const sessions = site.isPrerendering
  ? undefined
  : new SiteSessions(() => ({ services: gatehouse.services, ...gatehouse.parts }));
noteRunning(gatehouse.services, developmentPlace, sessions);
signIslands(islandPageKey, gatehouse.services);
if (site.checksOrigin && !site.isPrerendering) logOriginRefusals(gatehouse.services.get(CsrfConfig).trusted);
