declare module 'virtual:astro-gatehouse/site' {
  type SiteSettings = import('./gatehouse.js').SiteSettings;
  export const site: Omit<SiteSettings, 'setup' | 'secret'>;
  /** For where there is no GATEHOUSE_SECRET: in development, and while pages are prerendered. */
  export const spareSecret: string | undefined;
}

declare module 'virtual:astro-gatehouse/setup' {
  const setup: Record<string, unknown>;
  export default setup;
}

declare module 'virtual:astro-gatehouse/routes' {
  /** Patterns of the routes that are not pages. */
  export const endpoints: ReadonlySet<string>;
}

declare module 'astro:env/server' {
  export function getSecret(name: string): string | undefined;
}

declare module 'astro:actions' {
  export function getActionContext(context: import('astro').APIContext): {
    action?: { name: string; calledFrom: 'rpc' | 'form' } | undefined;
  };
}

declare namespace App {
  interface Locals {
    session: import('../session/session.js').Session;
    services: import('../container/request-scope.js').RequestScope;
    readonly visitor: import('../access/visitor.js').Visitor;
  }
}
