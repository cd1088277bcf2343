import { defineGatehouse, SessionStore } from 'astro-gatehouse/server';
import { FileSessionStore } from './file-session-store';

export default defineGatehouse({
  services: (services) => services.override(SessionStore, () => new FileSessionStore('.sessions')),
});
