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
import { isSame } from '../../session/record/fitted-values.js';
import { draftOf, type Session } from '../../session/session.js';

const STANDS_ASIDE =
  "your application named a visitor who is not the one of the browser's session. See docs/beside.md.";

const IMPERSONATED =
  'its visitor is impersonated, and values that pages set meanwhile last for one request. See docs/impersonation.md.';

const NEW_ID =
  'another request has given it a new id. The former id is valid for ten more seconds; after a sign-in it is not. If ' +
  'this happens often, requests wait too long for the server: give it more capacity.';

const NOT_STORED = 'set in a session and is not stored';
const NOT_REMOVED = 'removed from a session and is still stored';

/** A collection with keys. */
type Keyed = Pick<ReadonlyMap<string, unknown> | ReadonlySet<string>, 'keys' | 'size'>;

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
    if (isAside) this.#log(session, STANDS_ASIDE);
    else if (draftOf(session).impersonatorId !== undefined) this.#logImpersonated(session);
    if (isPassing) this.#logPassing(session);
  }

  /**
   * Called after another request has given the session an id to which this one's does not lead.
   *
   * @param set What the request set, by key. @param unset The keys of values that it removed.
   */
  warnOfNewId(set: readonly Keyed[], unset: ReadonlySet<string>): void {
    const isSet = set.some(({ size }) => size > 0);
    this.#logKey(isSet ? set : [unset], `${isSet ? NOT_STORED : NOT_REMOVED}: ${NEW_ID}`);
  }

  #logImpersonated(session: Session): void {
    const { values, impersonating } = draftOf(session);
    const stored = impersonating.current?.values;
    const lost = [...values.changed].filter(([key, value]) => !isSame(stored?.get(key), value));
    this.#logKey([new Map(lost)], `${NOT_STORED}: ${IMPERSONATED}`);
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

  #log(session: Session, reason: string): void {
    const { values, flashes } = draftOf(session);
    this.#logKey([values.changed, flashes.added], `${NOT_STORED}: ${reason}`);
  }

  #logKey(keyed: readonly Keyed[], problem: string): void {
    const [key] = keyed.flatMap((each) => [...each.keys()]);
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
