import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { AstroConfig, AstroIntegration, IntegrationResolvedRoute } from 'astro';
import { AccessRules } from '../../access/access-rules.js';
import { GuardConfig } from '../../access/guard/guard-config.js';
import { SessionConfig } from '../../session/session-config.js';
import { checkIntegrationOptions, type GatehouseOptions, mergeOptions } from '../options/options.js';
import { buildChannel } from '../report/build-channel.js';
import { BuildReport } from '../report/build-report.js';
import { imageEndpoint } from '../report/describe-site.js';
import { FoundIslands } from '../report/found-islands.js';
import { VercelRehearsal } from '../report/host-caches.js';
import { middlewareFile, pipelineFile } from '../report/own-code.js';
import { disposeOf } from '../start/running-services.js';
import { addToolbar, toolbarSource } from '../toolbar/add-toolbar.js';
import { TOOLBAR_PATH } from '../toolbar/toolbar-state.js';
import { actionGuard } from './action-guard-plugin.js';
import { decorators } from './decorators.js';
import { optionsToSource } from './function-source.js';
import { namedStoreSource, SetupFile } from './named-store.js';
import { missingAdapter, ONE_COPY, oneCopy, prefetchHeader } from './project-checks.js';
import { applicationId, developmentSecret, secretVariable } from './project-secret.js';
import { publicNames, RouteTypesFile, routeTypes } from './route-types.js';
import { routesSource } from './routes-source.js';
import { ISLANDS, loadedAtStart, routesChanged, virtualModules } from './virtual-modules.js';

/** Bundled with the site: one copy of each, without what the site does not use. */
const BUNDLED = [
  'tsyringe',
  'reflect-metadata',
  'iron-session',
  'iron-webcrypto',
  'devalue',
  'zod',
  'micromatch',
  '@noble/hashes',
  'cookie',
];

/**
 * Sessions, flash messages and route protection for an Astro site.
 *
 * @throws {InvalidOptionsError} When `astro dev` or `astro build` starts, for options that are not right.
 * @example
 * export default defineConfig({
 *   integrations: [gatehouse({ protect: [{ pattern: '/admin/**', role: 'admin' }] })],
 * });
 */
export default function gatehouse(options: GatehouseOptions = {}): AstroIntegration {
  let routes: readonly IntegrationResolvedRoute[] = [];
  let config: AstroConfig;
  let setup: SetupFile | undefined;
  const islands = new FoundIslands(() => config.root);
  const report = new BuildReport(options, islands);
  let routeTypesFile: RouteTypesFile | undefined;
  let isPreview = false;
  const writeRouteTypes = () => {
    // What is there in development alone is no page to lead anybody to.
    const lasting = routes.filter(({ pattern }) => !pattern.startsWith(TOOLBAR_PATH));
    const facts = { routes: lasting, publicNames: publicNames(config.publicDir), isStrict: options.strict === true };
    routeTypesFile?.write(routeTypes(facts));
  };
  let devServer: Parameters<typeof routesChanged>[0] | undefined;
  let makesPages = false;
  return {
    name: 'astro-gatehouse',
    hooks: {
      'astro:config:setup': (hook) => {
        const { config: given, command, updateConfig, addMiddleware, addWatchFile } = hook;
        config = given;
        const isProduction = command === 'build';
        isPreview = command === 'preview';
        if (buildChannel().receiver) report.rehearsal = VercelRehearsal.of(given);
        makesPages = (isProduction || command === 'dev') && !buildChannel().receiver;
        checkOptions(options, isProduction);
        namedStoreSource(options, config.root);
        setup = SetupFile.find(options, config);
        if (setup) addWatchFile(setup.url);
        else mergeOptions(options, {});
        const settled = setup ? { ...options, setup: setup.name } : options;
        const hasToolbar = command === 'dev' && addToolbar(hook);
        const modules = {
          site: (environment: string) =>
            [
              siteSource(settled, config, command === 'dev' ? 'development' : environment),
              toolbarSource(hasToolbar),
              `export const developmentPlace = ${command === 'dev' ? JSON.stringify(`${config.root} ${environment}`) : 'undefined'};`,
            ].join('\n'),
          setup: () => setup?.source ?? 'export default {};',
          routes: (environment: string) =>
            routesSource(
              environment === 'prerender' ? [] : routes,
              config,
              command === 'dev',
              command === 'dev' ? undefined : JSON.stringify(ISLANDS),
            ),
        };
        updateConfig({
          env: { schema: secretVariable(given) },
          vite: {
            plugins: [
              virtualModules(modules, moduleUrl('../start/started.js'), () => islands.source),
              loadedAtStart(),
              islands.plugin(),
              actionGuard(moduleUrl('../pipeline/guarded-actions.js')),
              decorators(given.root),
              prefetchHeader(),
              report.plugin(),
              oneCopy(),
            ],
            ssr: { noExternal: isProduction ? [...ONE_COPY, ...BUNDLED] : ONE_COPY },
            optimizeDeps: { exclude: ONE_COPY },
          },
        });
        addMiddleware({ entrypoint: moduleUrl('../pipeline/session-middleware.js'), order: 'pre' });
        addMiddleware({ entrypoint: moduleUrl('../pipeline/guard-middleware.js'), order: 'post' });
      },
      'astro:routes:resolved': (resolved) => {
        routes = resolved.routes;
        if (routeTypesFile) writeRouteTypes();
        if (devServer) routesChanged(devServer);
      },
      'astro:server:setup': ({ server }) => {
        devServer = server;
      },
      'astro:server:done': () => disposeOf(`${config.root} `),
      'astro:config:done': ({ config: settled, injectTypes, logger }) => {
        config = settled;
        const advice = makesPages ? missingAdapter(config) : undefined;
        if (advice) logger.warn(advice);
        injectTypes({ filename: 'locals.d.ts', content: LOCALS });
        // A server that only serves a build may stand where nothing can be written.
        if (isPreview) return;
        routeTypesFile = new RouteTypesFile(injectTypes({ filename: 'routes.d.ts', content: '' }));
        // A build knows its routes by now; others hear of them later.
        if (routes.length > 0) writeRouteTypes();
      },
      'astro:build:start': ({ logger }) => report.start({ config, routes, setupName: setup?.name, logger }),
      'astro:build:generated': () => report.generated(),
      'astro:build:done': ({ logger }) => report.end(logger),
    },
  };
}

/** A module, because an interface can extend an imported name only, and checkers say nothing of errors in here. */
const LOCALS = `import type { GatehouseLocals } from 'astro-gatehouse/server';
declare global {
  namespace App {
    interface Locals extends GatehouseLocals {}
  }
}
`;

/** What can be known without the setup module is checked when the project starts, and the rest when the site does. */
function checkOptions(options: GatehouseOptions, isProduction: boolean): void {
  checkIntegrationOptions(options);
  SessionConfig.from(options.session, { isProduction });
  // Each pattern may be right by itself, and too much together with the others.
  new AccessRules(new GuardConfig(options));
  optionsToSource(options);
}

/** @param place `development`, or the Vite environment of a build: `ssr`, or `prerender` for pages made while it runs. */
function siteSource(options: GatehouseOptions, config: AstroConfig, place: string): string {
  const { base, trailingSlash, root, security, i18n } = config;
  const facts = {
    isProduction: place !== 'development',
    isPrerendering: place === 'prerender',
    base,
    trailingSlash,
    applicationId: applicationId(config, place === 'development'),
    allowedDomains: security?.allowedDomains ?? [],
    checksOrigin: security?.checkOrigin !== false,
    locales: i18n?.locales ?? [],
    hasOwnMiddleware: middlewareFile(config) !== undefined,
    hasOwnPipeline: pipelineFile(config) !== undefined,
    lacksAstroSession: place === 'development' && !hasSessionDriver(config),
    open: [imageEndpoint(config)],
  };
  return [
    `export const site = { options: ${optionsToSource(options)}, ...${JSON.stringify(facts)} };`,
    `export const spareSecret = ${spareSecret(place, root)};`,
    namedStoreSource(options, root),
    // Not in the module itself: one that imports itself is handed over half-made while it is loaded anew.
    place === 'development'
      ? "export const routesNow = () => import('virtual:astro-gatehouse/routes').then((now) => now.routes);"
      : 'export const routesNow = undefined;',
  ].join('\n');
}

/** What stands in for `GATEHOUSE_SECRET`, as source. A built server gets nothing: nothing secret is in a build. */
function spareSecret(place: string, root: URL): string {
  if (place === 'development') return JSON.stringify(developmentSecret(root));
  // No session is ever sealed for a prerendered page. Made here, because workerd makes nothing random while it starts.
  return place === 'prerender' ? JSON.stringify(randomUUID() + randomUUID()) : 'undefined';
}

/** Whether Astro's own sessions are kept anywhere. */
function hasSessionDriver({ session }: AstroConfig): boolean {
  return typeof session === 'object' && session.driver !== undefined;
}

function moduleUrl(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
