import { SecurityEvents } from '../../session/security-events.js';

/** Discards security events, because displaying a session, or using a stand-in, is not one. */
export class NoEvents extends SecurityEvents {
  override publish(): void {}
}
