import { AccessRules, defineGatehouse, Visitor } from 'astro-gatehouse/server';
import { Greeting } from './greeting';

/** A build knows nothing of these rules, and so does not stop for the entry of the route cache. */
class MemberRules extends AccessRules {
  override find(path: string, method?: string) {
    return path === '/members' ? this.signedIn : super.find(path, method);
  }
}

export default defineGatehouse({
  services: (services) =>
    services.override(AccessRules, MemberRules).perRequest(Greeting, (get) => new Greeting(get(Visitor))),
});
