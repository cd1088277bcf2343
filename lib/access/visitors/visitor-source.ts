import type { Session } from '../../session/session.js';
import { isVisitorSource, type VisitorSource } from '../visitor.js';

/**
 * The part of the application that named a visitor: an assignment to `locals.session`, a context of its own or Astro's
 * session, or `identify`.
 */
export type NamedBy = 'locals' | 'context' | 'identify';

/** The sources of visitors whom something other than the stored session has named. */
const SOURCES = new WeakMap<Session, VisitorSource>();

/** Returns how the visitor of a session was identified. */
export function sourceOf(session: Session): VisitorSource {
  return SOURCES.get(session) ?? 'session';
}

/** Records that a session, which is stored nowhere, describes a visitor from this source. */
export function setSource(session: Session, source: VisitorSource): void {
  SOURCES.set(session, source);
}

/** Returns the source that `identify` gave with a visitor's data; `identify` when it gave none. */
export function sourceIn(data: unknown): VisitorSource {
  const via = typeof data === 'object' && data !== null && 'via' in data ? data.via : undefined;
  return isVisitorSource(via) ? via : 'identify';
}
