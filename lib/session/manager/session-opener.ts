import { andThen, orElse, type Promised } from '../../base/promised.js';
import type { CarriedToken } from '../cookies/session-cookie.js';
import type { SessionCookies } from '../cookies/session-cookies.js';
import type { Origin } from '../cookies/session-place.js';
import type { Finding, SessionSearch } from '../cookies/session-search.js';
import type { FlashLedger } from '../flashes/flash-claims.js';
import { MadeClasses } from '../made-classes.js';
import { madeSession } from '../made-session.js';
import type { SessionRecord } from '../record/session-record.js';
import { draftOf, type Session } from '../session.js';
import type { SessionConfig } from '../session-config.js';
import type { SessionRegistry } from '../session-registry.js';
import type { SessionSchema } from '../session-schema.js';
import type { SessionStore } from '../stores/session-store.js';
import type { Outages } from './outages.js';
import type { Refusal, SessionReport } from './session-report.js';

/** The collaborators of an opener. */
export interface OpenerParts {
  readonly store: SessionStore;
  readonly config: SessionConfig;
  readonly registry: SessionRegistry;
  readonly schema: SessionSchema;
  readonly cookies: SessionCookies;
  readonly search: SessionSearch;
  readonly report: SessionReport;
  readonly outages: Outages;
}

/** Creates the session of a request from its tokens. */
export class SessionOpener {
  readonly #made = MadeClasses.current;

  constructor(private readonly parts: OpenerParts) {}

  /** Opens a session from the store. When the store fails, returns a session that cannot be changed. */
  open(carried: readonly CarriedToken[], origin: Origin, ledger: FlashLedger | undefined): Promised<Session> {
    const { search, outages } = this.parts;
    return orElse<Session>(
      () =>
        andThen(outages.answer(search.find(carried)), (finding) => this.#openFound(finding, carried, origin, ledger)),
      (error) => {
        const session = this.begin(origin);
        draftOf(session).failure = outages.of('read', error);
        return session;
      },
    );
  }

  /** Creates a session from a record, or one that is not stored. */
  begin(origin: Origin, record?: SessionRecord, ledger?: FlashLedger): Session {
    const claims = record && record.flashes.size > 0 ? ledger?.open() : undefined;
    const session = madeSession(this.#made, record, claims);
    draftOf(session).origin = origin;
    return session;
  }

  #openFound(
    { session: found, mark, known, refusals }: Finding,
    carried: readonly CarriedToken[],
    origin: Origin,
    ledger: FlashLedger | undefined,
  ): Promised<Session> {
    const { cookies, schema, report } = this.parts;
    const came = cookies.originOf(found ?? mark, origin, carried, known);
    if (!found && !mark) return this.#openNothing(carried, came, refusals);
    // Other invalid tokens next to a valid session are not worth an event.
    if (refusals.length > 0) report.refused(refusals.filter(({ reason }) => reason === 'left'));
    if (found && schema.isOn && !found.record.isForeign) return this.#openFitted(found.record, came, ledger);
    return found ? this.#beginWith(found.record, came, ledger) : this.begin(came);
  }

  async #openNothing(carried: readonly CarriedToken[], origin: Origin, refusals: readonly Refusal[]): Promise<Session> {
    const { cookies, search, outages, report, config } = this.parts;
    const superseded = await outages.answer(search.superseded(carried));
    if (superseded !== undefined) {
      const session = this.begin(cookies.originOf(undefined, origin, carried, new Set([superseded])));
      draftOf(session).superseded = superseded;
      return session;
    }
    // A cookie under a former name may belong to another application.
    report.refused(refusals.filter(({ name }) => !config.formerNames.includes(name ?? '')));
    return this.begin(origin);
  }

  async #openFitted(record: SessionRecord, origin: Origin, ledger?: FlashLedger): Promise<Session> {
    const { schema, store, outages, report } = this.parts;
    const fitted = await outages.duringSchema(schema.fit(record.values));
    const isRevoked = fitted?.migrated && (await this.#isRevokedAs(record, fitted.migrated));
    if (fitted && !isRevoked) return this.#beginWith({ ...record, fitted }, origin, ledger);
    report.refused([{ record, reason: isRevoked ? 'revoked' : 'misfit' }]);
    // If the store fails, the cookie is removed anyway, and the failure has been reported.
    if (!origin.isReadOnly) await outages.during('destroy', () => store.destroy(record.id)).catch(() => undefined);
    return this.begin({ ...origin, cookie: undefined });
  }

  /** Ends an impersonation that is over before anybody can see it. */
  #beginWith(record: SessionRecord, origin: Origin, ledger?: FlashLedger): Promised<Session> {
    const { registry, outages } = this.parts;
    if (!record.impersonation) return this.begin(origin, record, ledger);
    return andThen(outages.answer(registry.impersonationEnd(record)), (reason) => {
      const session = this.begin(origin, record, ledger);
      if (reason) draftOf(session).endImpersonation(reason);
      return session;
    });
  }

  /** Checks the revocation list again, because only the migrated values may contain the user's id. */
  #isRevokedAs(record: SessionRecord, values: SessionRecord['values']): Promised<boolean> {
    const { registry, outages } = this.parts;
    return outages.answer(registry.isRevoked({ ...record, values }));
  }
}
