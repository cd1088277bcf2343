import type { APIContext } from 'astro';
import { printable } from '../../session/printable.js';

/** Where Astro keeps the state of a request, which creates the `Astro` of pages. */
const STATE = Symbol.for('astro.fetchState');

interface Providing {
  provide(key: string, provider: { create: () => unknown }): void;
}

let hasHinted = false;

/**
 * Has the log say once, in development, where the session is, when something asks for Astro's own and there is none.
 *
 * @param hint Writes a line to the log.
 */
export function hintAtOwnSession(context: APIContext, hint: (line: string) => void): void {
  if (hasHinted) return;
  const { routePattern } = context;
  const say = () => {
    if (hasHinted) return;
    hasHinted = true;
    hint(
      `Astro.session was used at ${printable(routePattern)}, and is undefined, because Astro has no session driver here. The session ` +
        "of this package is Astro.locals.session, as in Astro.locals.session.get('cart'); in endpoints, context.locals.session. " +
        "Astro's own takes session.driver in astro.config. This is said once.",
    );
  };
  const own = Object.getOwnPropertyDescriptor(context, 'session');
  if (own?.get && own.configurable) {
    const read = own.get.bind(context);
    const get = () => {
      say();
      return read();
    };
    Object.defineProperty(context, 'session', { ...own, get });
  }
  // A page has another object than the middlewares, which Astro has yet to create.
  const state: unknown = Reflect.get(context, STATE);
  if (isProviding(state)) state.provide('session', { create: say });
}

function isProviding(state: unknown): state is Providing {
  return typeof state === 'object' && state !== null && 'provide' in state && typeof state.provide === 'function';
}
