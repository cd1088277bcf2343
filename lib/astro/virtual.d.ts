declare module 'virtual:astro-gatehouse/site' {
  type SiteSettings = import('./gatehouse.js').SiteSettings;
  export const site: Omit<SiteSettings, 'setup' | 'secret'>;
  /** In development only. */
  export const devSecret: string | undefined;
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

declare namespace App {
  interface Locals {
    session: import('../session/session.js').Session;
    services: import('../container/request-scope.js').RequestScope;
    readonly visitor: import('../access/visitor.js').Visitor;
  }
}
