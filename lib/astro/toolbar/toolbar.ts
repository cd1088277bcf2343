import type { APIContext } from 'astro';
import { hierarchyOf } from '../../access/access-options.js';
import { AccessRules } from '../../access/access-rules.js';
import { DecisionLog } from '../../access/guard/decision-log.js';
import { GuardConfig } from '../../access/guard/guard-config.js';
import { PageGuards } from '../../access/guard/page-guard.js';
import { VisitorResolver } from '../../access/visitor-resolver.js';
import { Clock } from '../../base/clock.js';
import { withoutTrailingSlash } from '../../base/text.js';
import type { Services } from '../../container/services.js';
import { AccountCookies } from '../../session/cookies/account-cookies.js';
import type { CookieJar } from '../../session/cookies/cookie-jar.js';
import { SessionConfig } from '../../session/session-config.js';
import type { CommonOptions, GatehouseOptions } from '../options/options.js';
import { AstroCookieJar } from '../request/astro-cookie-jar.js';
import type { DevTools, Noted, StandIn } from '../request/dev-tools.js';
import { AstroSessionStore } from '../start/astro-session-store.js';
import type { ProjectRoutes } from '../start/project-routes.js';
import { DecisionHistory, DecisionRecorder, pathOf } from './decision-recorder.js';
import { OwnSessions } from './own-sessions.js';
import { knownNames, RulePlaces } from './rule-places.js';
import { sessionSheet } from './session-sheet.js';
import { type StandInMemory, StandIns } from './stand-ins.js';
import { answerJson, isFromOwnPage, readCommand, shortBody } from './toolbar-request.js';
import { type DecisionSheet, TOOLBAR_PATH, type ToolbarCommand, type ToolbarState } from './toolbar-state.js';

const NO_ROUTES: Pick<ProjectRoutes, 'pages'> = { pages: [] };
/** Milliseconds for which a request for news waits. A longer wait means fewer lines in Astro's log. */
const LONGEST_WAIT = 10_000;
const NO_NAMES: ToolbarState['known'] = { roles: [], permissions: [] };
const NO_SESSION = 'There is no session.';
const NOT_YOURS = 'You are viewing as another visitor: go back to yourself first.';

/** The parts that the toolbar is created with. */
export interface ToolbarParts {
  readonly services: Services;
  /** The merged options of astro.config and the setup module. */
  readonly options: CommonOptions;
  readonly ofConfig: Pick<GatehouseOptions, 'protect' | 'setup'>;
  readonly base: string;
  readonly routesNow: (() => Promise<ProjectRoutes>) | undefined;
  /** Survives changes of the project's code. */
  readonly memory?: ToolbarMemory;
}

/** The memory of the development server, until it stops. */
export interface ToolbarMemory {
  readonly standIns: StandInMemory;
  readonly history: DecisionHistory<DecisionSheet>;
}

/** The server's side of the toolbar. It exists only in the development server, and is not part of any build. */
export class Toolbar implements DevTools {
  readonly #clock: Clock;
  readonly #own: OwnSessions;
  readonly #standIns: StandIns;
  readonly #recorder: DecisionRecorder;

  constructor(private readonly parts: ToolbarParts) {
    const { services, ofConfig, memory } = parts;
    const places = new RulePlaces(services.get(AccessRules), ofConfig.protect?.length ?? 0, ofConfig.setup);
    this.#clock = services.get(Clock);
    this.#own = new OwnSessions(services);
    this.#standIns = new StandIns(services, memory?.standIns);
    this.#recorder = new DecisionRecorder(places, services.get(GuardConfig), memory?.history);
  }

  answer(context: APIContext): Promise<Response> | undefined {
    return context.routePattern.replace(/\/$/, '') === TOOLBAR_PATH ? this.#answer(context) : undefined;
  }

  standInFor(request: Request): StandIn | undefined {
    return this.#standIns.of(request.headers);
  }

  async note(noted: Noted): Promise<void> {
    if ('prerendered' in noted) {
      const { request, routePattern } = noted.prerendered;
      return this.#recorder.notePrerendered(request, routePattern, this.#clock.now());
    }
    const { request, guarded, said } = noted;
    const { original: arrival } = request;
    const { routePattern: route } = guarded;
    const { pages } = await this.#routes();
    this.#recorder.note(
      {
        ...{ arrival, route, said },
        isPage: arrival.method === 'GET' && !guarded.isEndpoint,
        session: guarded.sessionHash,
        userId: request.visitor.id,
        isViewedAs: this.standInFor(arrival) !== undefined,
        file: pages.find(({ pattern }) => pattern === route)?.file,
      },
      this.#clock.now(),
    );
  }

  async #answer(context: APIContext): Promise<Response> {
    const { request } = context;
    if (!isFromOwnPage(request)) {
      return answerJson({ problem: 'Only a page of this site, opened on localhost or over https, may use this.' }, 403);
    }
    const after = context.url.searchParams.get('after');
    if (request.method === 'GET' && after !== null) return answerJson(await this.#newsAfter(Number(after)));
    if (request.method === 'GET') return answerJson(await this.#within(context, () => this.#state(context)));
    if (request.method !== 'POST') return answerJson({ problem: 'Use GET or POST.' }, 405);
    const command = readCommand((await shortBody(request)) ?? '');
    if ('problem' in command) return answerJson(command, 400);
    const problem = await this.#within(context, () => this.#do(command, context));
    return problem === undefined ? answerJson({ done: command.do }) : answerJson({ problem }, 409);
  }

  /** Answers as soon as there is something new. The client then fetches the state with its current cookies. */
  async #newsAfter(revision: number): Promise<Pick<ToolbarState, 'revision'>> {
    const { history } = this.#recorder;
    await history.after(revision, LONGEST_WAIT);
    return { revision: history.revision };
  }

  async #state(context: APIContext): Promise<ToolbarState> {
    const { services } = this.parts;
    const { history } = this.#recorder;
    const query = context.url.searchParams;
    const standIn = this.standInFor(context.request);
    const cookies = standIn?.cookies ?? this.#cookiesOf(context);
    const session = await (standIn ? standIn.sessions.open(cookies, false) : this.#own.look(cookies));
    const store = standIn ? 'a stand-in of the toolbar' : this.#own.store.constructor.name;
    const sheet = sessionSheet(session, cookies, services.get(SessionConfig), store);
    const visitor = (standIn?.resolver ?? services.get(VisitorResolver)).fromSession(session);
    return {
      now: this.#clock.now(),
      revision: history.revision,
      session: sheet,
      visitor: { userId: visitor.id, roles: visitor.roles, permissions: visitor.permissions },
      isViewingAs: standIn !== undefined,
      page: history.ofPage(pathOf(query.get('page') ?? '/'), sheet.hash),
      latest: history.latest,
      known: query.has('names') ? await this.#knownNames() : NO_NAMES,
    };
  }

  /** Loads the pages that have a guard, so it runs only while the panel is open. */
  async #knownNames(): Promise<ToolbarState['known']> {
    const { services, options } = this.parts;
    const hierarchy = hierarchyOf(options.access ?? {});
    return knownNames(services.get(AccessRules), services.get(PageGuards), hierarchy, await this.#routes());
  }

  /** @returns The reason why it failed; `undefined` on success. */
  async #do(command: ToolbarCommand, context: APIContext): Promise<string | undefined> {
    const { services } = this.parts;
    const { headers } = context.request;
    if (command.do === 'view-as' || command.do === 'guest') return this.#viewAs(command, context);
    if (command.do === 'myself') {
      this.#standIns.end(headers);
      context.cookies.delete(this.#standIns.cookieName, { path: this.#path });
      return undefined;
    }
    if (this.#standIns.of(headers)) return NOT_YOURS;
    const cookies = this.#cookiesOf(context);
    try {
      const isDone = await (command.do === 'clear' ? this.#own.clear(cookies) : this.#own.expire(cookies));
      return isDone ? undefined : NO_SESSION;
    } catch (error) {
      services.get(DecisionLog).failure('The toolbar could not change the session.', error);
      return 'The store is unavailable. See the log of astro dev for the reason.';
    }
  }

  async #viewAs(command: ToolbarCommand, { cookies, request, url }: APIContext): Promise<undefined> {
    this.#standIns.end(request.headers);
    const name = await this.#standIns.begin(command.do === 'view-as' ? visitorOf(command) : undefined);
    const secure = url.protocol === 'https:';
    cookies.set(this.#standIns.cookieName, name, { path: this.#path, httpOnly: true, sameSite: 'strict', secure });
  }

  #cookiesOf(context: APIContext): CookieJar {
    return new AccountCookies(this.parts.services.get(SessionConfig)).ofCurrent(new AstroCookieJar(context));
  }

  get #path(): string {
    return withoutTrailingSlash(this.parts.base) || '/';
  }

  async #routes(): Promise<Pick<ProjectRoutes, 'pages'>> {
    return (await this.parts.routesNow?.()) ?? NO_ROUTES;
  }

  #within<Result>(context: APIContext, run: () => Result): Result {
    const { store } = this.#own;
    return store instanceof AstroSessionStore ? store.within(context, run) : run();
  }
}

/** Returns the data of a stand-in. Some applications read a single role, and some all of them. */
function visitorOf({ userId, roles, permissions }: Extract<ToolbarCommand, { do: 'view-as' }>) {
  const [role] = roles;
  return { userId, ...(role !== undefined && { role }), roles, permissions };
}
