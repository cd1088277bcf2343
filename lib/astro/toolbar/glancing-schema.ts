import type { FittedValues } from '../../session/session-record.js';
import { SessionSchema } from '../../session/session-schema.js';

/**
 * Validates sessions for display, as pages see them. Displaying neither migrates nor ends a session, and a stand-in may
 * lack required values.
 */
export class GlancingSchema extends SessionSchema {
  constructor(private readonly own: SessionSchema) {
    super();
  }

  override get isOn(): boolean {
    return this.own.isOn;
  }

  override fit(stored: ReadonlyMap<string, unknown>): Promise<FittedValues> {
    return this.own.glance(stored);
  }

  override async assertFits(): Promise<void> {}
}
