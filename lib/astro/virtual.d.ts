declare module 'virtual:astro-gatehouse/site' {
  type SiteSettings = import('./start/gatehouse.js').SiteSettings;
  /** `checksOrigin`: true when Astro's own `security.checkOrigin` runs before every middleware. */
  export const site: Omit<
    SiteSettings,
    'setup' | 'secret' | 'pageGuards' | 'storeMakers' | 'makeToolbar' | 'routesNow'
  > & { readonly checksOrigin: boolean };
  /** The secret to use without a GATEHOUSE_SECRET: in development, and while pages are prerendered. */
  export const spareSecret: string | undefined;
  /** Identifies the place whose services a development server replaces; `undefined` in a build. */
  export const developmentPlace: string | undefined;
  /** The key of the global symbol under which Astro's renderer of islands finds the function that signs pages. */
  export const islandPageKey: string;
  export const storeMakers: SiteSettings['storeMakers'];
  export const makeToolbar: SiteSettings['makeToolbar'];
  export const routesNow: SiteSettings['routesNow'];
}

declare module 'virtual:astro-gatehouse/setup' {
  const setup: Record<string, unknown>;
  export default setup;
}

declare module 'virtual:astro-gatehouse/routes' {
  type ProjectRoutes = import('./start/project-routes.js').ProjectRoutes;
  export const routes: ProjectRoutes;
}

declare module 'virtual:astro:actions/entrypoint' {
  export const server: unknown;
}

declare module 'astro:env/server' {
  export function getSecret(name: string): string | undefined;
}

declare module 'astro:actions' {
  interface Outcome {
    data: unknown;
    error: { code: string } | undefined;
  }
  export class ActionError extends Error {
    readonly code: string;
    constructor(given: { code: string });
  }
  export function getActionContext(context: import('astro').APIContext): {
    action?: { name: string; calledFrom: 'rpc' | 'form'; handler: () => Promise<Outcome> } | undefined;
    setActionResult(name: string, result: unknown): void;
    serializeActionResult(result: Outcome): unknown;
  };
}

declare namespace App {
  interface Locals {
    session: import('../session/session.js').Session;
    services: import('../container/scope/request-scope.js').RequestScope;
    readonly visitor: import('../access/visitor.js').Visitor;
    readonly decision: import('../access/access-decision.js').AccessDecision | undefined;
  }
}
