import {
  type AccessDecision,
  defineGatehouse,
  type GuardedRequest,
  RouteGuard,
  type Visitor,
} from 'astro-gatehouse/server';
import { localeOf, translated } from './lib/language';

/** Sends whoever is refused to the pages of the language they are reading. */
class BilingualGuard extends RouteGuard {
  override async refuse(request: GuardedRequest, visitor: Visitor, decision: AccessDecision) {
    const answer = await super.refuse(request, visitor, decision);
    const location = answer.headers.get('Location');
    const askedFor = request.originalPathname ?? request.pathname;
    if (location) answer.headers.set('Location', translated(location, localeOf(askedFor)));
    return answer;
  }
}

export default defineGatehouse({ services: (services) => services.override(RouteGuard, BilingualGuard) });
