import type { APIContext } from 'astro';
import { readReferrer, SiteOrigins } from '../../access/csrf/site-origins.js';
import { IslandPages, type IslandParts } from '../../access/pages/island-pages.js';
import type { RequestedPage } from '../../access/pages/requested-page.js';
import { RouteTable } from '../../access/pages/route-table.js';
import { andThen, type Promised } from '../../base/promised.js';
import { currentRoutes } from '../start/current-routes.js';
import { ISLAND_ROUTE, type ProjectRoutes } from '../start/project-routes.js';
import { gatehouse } from '../start/started.js';
import { PARAMETER } from './island-page.js';

/** Maximum size of the body of an island's request, in bytes, as in Astro. */
const LARGEST_BODY = 1024 * 1024;

const tables = new WeakMap<ProjectRoutes, RouteTable>();

/**
 * Finds the page that a server island belongs to, or an action that is called at its own address.
 *
 * @param arrived The address of the original request, as Astro validated it.
 */
export function requestingPage(context: APIContext, arrived: URL): Promised<RequestedPage | undefined> {
  return context.routePattern === ISLAND_ROUTE
    ? pageOfIsland(context, arrived)
    : andThen(currentRoutes(), (routes) => pageOfReferrer(routes, context.request.headers, arrived));
}

async function pageOfIsland({ request, params }: APIContext, arrived: URL): Promise<RequestedPage | undefined> {
  const given = new URL(request.url).searchParams;
  const token = given.get(PARAMETER);
  if (token === null) return undefined;
  const parts = request.method === 'POST' ? await partsIn(request) : ['e', 'p', 's'].map((part) => given.get(part));
  const island = parts && [arrived.host, params.name ?? '', ...parts];
  const page = island && (await gatehouse.services.get(IslandPages).verify(token, island));
  if (!page) return undefined;
  const { routePattern, params: ofPage, address } = page;
  return { url: new URL(address, arrived.origin), routePattern, params: ofPage, isClaimed: false };
}

/** Reads the encrypted parts of an island from a copy of the body. */
async function partsIn(request: Request): Promise<IslandParts | undefined> {
  // A middleware of the application has read it, so Astro cannot render the island either.
  if (request.bodyUsed) return undefined;
  const body = await textOf(request.clone());
  try {
    const given: unknown = JSON.parse(body ?? '');
    const { encryptedComponentExport, encryptedProps, encryptedSlots } = Object(given) as Record<string, string>;
    return [encryptedComponentExport ?? null, encryptedProps ?? null, encryptedSlots ?? null];
  } catch {
    return undefined;
  }
}

/** Reads a body; `undefined` for one that is larger than Astro reads. */
async function textOf({ body }: Request): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let [text, size] = ['', 0];
  for await (const part of body ?? []) {
    size += part.byteLength;
    if (size > LARGEST_BODY) return undefined;
    text += decoder.decode(part, { stream: true });
  }
  return text + decoder.decode();
}

/** The browser says which page calls. It is a claim: a program may name any page of the site. */
function pageOfReferrer(routes: ProjectRoutes, headers: Headers, arrived: URL): RequestedPage | undefined {
  const url = readReferrer(headers.get('referer') ?? '');
  // Another name of the site may be that of another organisation.
  if (url?.host !== arrived.host || !new SiteOrigins(gatehouse.site.allowedDomains).includes(url, arrived)) {
    return undefined;
  }
  const found = tableOf(routes).find(url.pathname);
  return found && { ...found, url, isClaimed: true };
}

function tableOf(routes: ProjectRoutes): RouteTable {
  const known = tables.get(routes) ?? new RouteTable(routes.table, gatehouse.site.base);
  tables.set(routes, known);
  return known;
}
