import { createHash, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { AstroConfig, AstroIntegration, IntegrationResolvedRoute } from 'astro';
import { AccessRules } from '../../access/access-rules.js';
import { GuardConfig } from '../../access/guard/guard-config.js';
import { InvalidOptionsError } from '../../errors/index.js';
import { SessionConfig } from '../../session/session-config.js';
import { VercelRehearsal } from '../hosts/host-caches.js';
import { HostLimits, hasSessionDriver } from '../hosts/host-limits.js';
import { assertNodejsCompat, assertPreviewSecret } from '../hosts/worker-setup.js';
import { accountProblemsOf } from '../options/account-problems.js';
import { checkIntegrationOptions, type GatehouseOptions, mergeOptions } from '../options/options.js';
import { SetupFile } from '../options/setup-file.js';
import { chosenStore } from '../options/store-choice.js';
import { islandPagePlugin } from '../pages/island-page-plugin.js';
import { serverOnly } from '../pages/server-only.js';
import { buildChannel } from '../report/build-channel.js';
import { BuildReport } from '../report/build-report.js';
import { imageEndpoint } from '../report/describe-site.js';
import { FoundIslands } from '../report/found-islands.js';
import { middlewareFile, pipelineFile } from '../report/own-code.js';
import { disposeOf } from '../start/running-services.js';
import { addToolbar, toolbarSource } from '../toolbar/add-toolbar.js';
import { TOOLBAR_PATH } from '../toolbar/toolbar-state.js';
import { actionGuard } from './action-guard-plugin.js';
import { decorators } from './decorators.js';
import { optionsToSource } from './function-source.js';
import { namedStoreSource } from './named-store.js';
import { bundledForPrerendering, missingAdapter, ONE_COPY, oneCopy, prefetchHeader } from './project-checks.js';
import { applicationId, developmentSecret, secretVariable } from './project-secret.js';
import { publicNames, RouteTypesFile, routeTypes } from './route-types.js';
import { routesSource } from './routes-source.js';
import { ISLANDS, loadedAtStart, routesChanged, virtualModules } from './virtual-modules.js';

/** Dependencies that are bundled with the site: one copy of each, without the parts that the site does not use. */
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
 * Creates the integration that adds sessions, flash messages and route protection to an Astro site.
 *
 * @param options Rules, the store, and other options. Functions in them must not use anything outside themselves,
 *   because they are copied into the built site; code that does belongs in the setup module.
 * @throws {InvalidOptionsError} When `astro dev` or `astro build` starts, for unknown or invalid options.
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
  let isDevelopment = false;
  const writeRouteTypes = () => {
    // Pages that exist in development only must not be offered as targets.
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
        const bundled = isProduction ? [...ONE_COPY, ...BUNDLED] : ONE_COPY;
        isPreview = command === 'preview';
        isDevelopment = command === 'dev';
        if (isPreview) assertPreviewSecret(given);
        report.limits = new HostLimits(given.adapter);
        if (buildChannel().receiver) report.rehearsal = VercelRehearsal.of(given);
        makesPages = (isProduction || command === 'dev') && !buildChannel().receiver;
        checkOptions(options, isProduction);
        namedStoreSource(options, config.root);
        setup = SetupFile.find(options, config);
        if (setup) addWatchFile(setup.url);
        else checkAlone(options);
        const settled = setup ? { ...options, setup: setup.name } : options;
        const hasToolbar = command === 'dev' && addToolbar(hook);
        // Several sites may run in one process.
        const islandPageKey = `astro-gatehouse:island-page:${createHash('sha256').update(`${config.root}`).digest('hex')}`;
        const modules = {
          site: (environment: string) =>
            [
              siteSource(settled, config, command === 'dev' ? 'development' : environment),
              toolbarSource(hasToolbar),
              `export const developmentPlace = ${command === 'dev' ? JSON.stringify(`${config.root} ${environment}`) : 'undefined'};`,
              `export const islandPageKey = ${JSON.stringify(islandPageKey)};`,
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
              islandPagePlugin(islandPageKey),
              decorators(given.root),
              prefetchHeader(),
              serverOnly(given.root),
              report.plugin(),
              oneCopy(),
              bundledForPrerendering(bundled),
            ],
            ssr: { noExternal: bundled },
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
        if (isDevelopment) {
          const { logger } = resolved;
          report.limits?.warnWhileDeveloping(config, routes, chosenStore(options), (text) => logger.warn(text));
        }
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
        // `astro preview` may run where no files can be written.
        if (isPreview) return;
        routeTypesFile = new RouteTypesFile(injectTypes({ filename: 'routes.d.ts', content: '' }));
        // A build has resolved its routes before this hook; other commands resolve them later.
        if (routes.length > 0) writeRouteTypes();
      },
      'astro:build:start': ({ logger }) => report.start({ config, routes, setupName: setup?.name, logger }),
      'astro:build:generated': () => report.generated(),
      'astro:build:done': ({ logger }) => {
        assertNodejsCompat(config);
        report.end(logger);
      },
    },
  };
}

/** A module, because an interface can only extend an imported name. Type checkers do not report errors in this file. */
const LOCALS = `import type { GatehouseLocals } from 'astro-gatehouse/server';
declare global {
  namespace App {
    interface Locals extends GatehouseLocals {}
  }
}
`;

/**
 * Validates what is known without the setup module, when the project starts. The rest is validated when the site
 * starts.
 */
function checkOptions(options: GatehouseOptions, isProduction: boolean): void {
  checkIntegrationOptions(options);
  SessionConfig.from(options.session, { isProduction });
  // Patterns that are valid one by one may be too much together.
  new AccessRules(new GuardConfig(options));
  optionsToSource(options);
}

/** Validates the options of a project without a setup module, which would complete or contradict them. */
function checkAlone(options: GatehouseOptions): void {
  const problems = accountProblemsOf(mergeOptions(options, {}), false);
  if (problems.length > 0) throw new InvalidOptionsError(problems);
}

/**
 * Returns the source of the module with the options and the facts about the site.
 *
 * @param place `development`, or the Vite environment of a build: `ssr`, or `prerender` for pages rendered by the
 *   build.
 */
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
    // Imported when needed: a static import would be circular, and incomplete while the module is loaded again.
    place === 'development'
      ? "export const routesNow = () => import('virtual:astro-gatehouse/routes').then((now) => now.routes);"
      : 'export const routesNow = undefined;',
  ].join('\n');
}

/**
 * Returns the source of the replacement for `GATEHOUSE_SECRET`. A built server gets none, because a build contains no
 * secret.
 */
function spareSecret(place: string, root: URL): string {
  if (place === 'development') return JSON.stringify(developmentSecret(root));
  // It never seals a session, as prerendered pages have none. Created here, because workerd has no randomness at start.
  return place === 'prerender' ? JSON.stringify(randomUUID() + randomUUID()) : 'undefined';
}

function moduleUrl(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
