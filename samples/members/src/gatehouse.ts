import { defineGatehouse, SecurityEvents } from 'astro-gatehouse/server';
import { SignInLimits } from './lib/sign-in-limits';

export default defineGatehouse({
  services: (services) => services.shared(SignInLimits, (get) => new SignInLimits(get(SecurityEvents))),
});
