import type { AccessRule } from '../../access/access-rule.js';
import { AccessRules } from '../../access/access-rules.js';
import type { DecisionLog } from '../../access/guard/decision-log.js';
import { GuardConfig } from '../../access/guard/guard-config.js';
import { PageGuards } from '../../access/guard/page-guard.js';
import { deadEnds, deadEndText, placeOf } from '../../access/report/dead-ends.js';
import { describeRule } from '../../access/report/site-description.js';
import { printable } from '../../base/text.js';
import type { Services } from '../../container/services.js';
import { DeadEndsError } from '../../errors/index.js';
import { draftOf, type Session } from '../../session/session.js';

const STANDS_ASIDE =
  "your application named a visitor who is not the one of the browser's session. See docs/beside.md.";

const IMPERSONATED =
  'its visitor is impersonated, and values that pages set meanwhile last for one request. See docs/impersonation.md.';

const NEW_ID =
  'another request has given it a new id. The former id is valid for ten more seconds; after a sign-in it is not. If ' +
  'this happens often, requests wait too long for the server: give it more capacity.';

/** Logs, once for each reason, that a change of a session is not stored. Otherwise nobody would notice. */
export class UnkeptValues {
  readonly #logged = new Set<string>();

  constructor(
    private readonly sameSite: string,
    private readonly log: DecisionLog,
  ) {}

  /**
   * @param isAside True when the session stands aside for another visitor.
   * @param isPassing True when the session would replace one whose cookie was withheld.
   */
  warnOf(session: Session, isAside: boolean | undefined, isPassing: boolean): void {
    const isImpersonated = !isAside && draftOf(session).impersonatorId !== undefined;
    if (isAside) this.#log(session, STANDS_ASIDE);
    if (isImpersonated) this.#log(session, IMPERSONATED, false);
    if (isPassing) this.#logPassing(session);
  }

  /** Called for a session that another request has given a new id, which this one cannot follow. */
  warnOfNewId(session: Session): void {
    this.#log(session, NEW_ID);
  }

  #logPassing(session: Session): void {
    const { sameSite } = this;
    this.#log(
      session,
      `the request came from another site, with which browsers do not send a cookie that is SameSite=${sameSite}; a ` +
        `session that begins here would take the place of the visitor's own. Do it with a request of your own pages, ` +
        `or write session: { cookie: { sameSite: '${sameSite === 'strict' ? 'lax' : 'none'}' ` +
        `} }. signIn() is kept. See docs/stores.md.`,
    );
  }

  #log(session: Session, reason: string, losesMessages = true): void {
    const { values, flashes } = draftOf(session);
    const set = [...values.changed.keys(), ...(losesMessages ? flashes.added.keys() : [])];
    const [key] = [...set, ...values.removed];
    const lost = set.length > 0 ? 'set in a session and is not stored' : 'removed from a session and is still stored';
    const problem = `${lost}: ${reason}`;
    if (key === undefined || this.#logged.has(problem)) return;
    this.#logged.add(problem);
    this.log.misfit(`"${printable(key)}" was ${problem} This is logged once.`);
  }
}

/**
 * Logs at start rules that redirect visitors to a page where they are refused again. If such a page may have its own
 * guard, it is loaded to find out.
 *
 * @param ofConfig The number of rules from astro.config.
 */
export async function logDeadEnds(services: Services, ofConfig: number): Promise<void> {
  const rules = services.get(AccessRules);
  const config = services.get(GuardConfig);
  const pageGuards = services.get(PageGuards);
  const isLeading = ({ redirectTo, forbiddenPage = config.forbiddenPage }: AccessRule) =>
    redirectTo !== undefined || forbiddenPage !== undefined;
  const place = (at: number) =>
    at < ofConfig ? `protect[${at}] of astro.config` : `protect[${at - ofConfig}] of the setup module`;
  if (!rules.all.some(isLeading)) return;
  const described = new Map(rules.all.map((rule, at) => [rule, { ...describeRule(rule), place: place(at) }] as const));
  const over = (path: string) => described.get(rules.find(path) as AccessRule);
  const ends = deadEnds([...described.values()], over, config);
  const guards = await Promise.all(ends.map(async ({ target }) => pageGuards.of(placeOf(target))));
  const problems = ends.filter((_, at) => !guards[at]?.enforces).map(deadEndText);
  if (problems.length > 0) console.warn(new DeadEndsError(problems).message);
}
