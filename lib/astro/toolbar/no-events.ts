import { SecurityEvents } from '../../session/security-events.js';

/** Somebody looks, or is made up: nothing happens of which there is something to tell. */
export class NoEvents extends SecurityEvents {
  override publish(): void {}
}
