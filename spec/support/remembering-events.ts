import { type SecurityEvent, SecurityEvents } from '../../lib/session/security-events.js';

/** Keeps what is told instead of publishing it. */
export class RememberingEvents extends SecurityEvents {
  readonly all: SecurityEvent[] = [];

  override publish(event: SecurityEvent): void {
    this.all.push(event);
  }

  /** What was told since this was asked last, without its time. */
  take(): Record<string, unknown>[] {
    return this.all.splice(0).map(({ at: _, ...event }) => event);
  }
}
