import { AccessChecker } from '../../lib/access/access-checker.js';
import { AccessConfig, type AccessOptions } from '../../lib/access/access-options.js';
import type { AccessRuleOptions } from '../../lib/access/access-rule.js';
import { AccessRules } from '../../lib/access/access-rules.js';
import { DecisionLog } from '../../lib/access/guard/decision-log.js';
import { GuardConfig, type GuardOptions } from '../../lib/access/guard/guard-config.js';
import type { Guard } from '../../lib/access/guard/page-guard.js';
import { PageGuards } from '../../lib/access/guard/page-guard.js';
import { RouteGuard } from '../../lib/access/guard/route-guard.js';
import { MadeClasses } from '../../lib/session/made-classes.js';
import { SecurityEvents } from '../../lib/session/security-events.js';

/** Keeps what the guard says instead of printing it. */
export class RememberingLog extends DecisionLog {
  readonly decisions: string[] = [];
  readonly reported: string[] = [];
  readonly forgeries: string[] = [];
  readonly misfits: string[] = [];
  readonly failures: { line: string; error: unknown }[] = [];

  override decision(line: string): void {
    this.decisions.push(line);
  }

  override wouldRefuse(line: string): void {
    this.reported.push(line);
  }

  override forgery(line: string): void {
    this.forgeries.push(line);
  }

  override misfit(line: string): void {
    this.misfits.push(line);
  }

  override failure(line: string, error: unknown): void {
    this.failures.push({ line, error });
  }
}

/** What stands behind a guard of a spec. */
export interface GuardParts extends GuardOptions {
  access?: AccessOptions;
  site?: { base?: string; trailingSlash?: string };
  log?: DecisionLog;
  checker?: AccessChecker;
  made?: MadeClasses;
  events?: SecurityEvents;
  /** What the files of pages export, by route. */
  pages?: Readonly<Record<string, Guard>>;
}

/** A guard with these rules, assembled by hand. */
export function guardWith(protect: readonly AccessRuleOptions[], parts: GuardParts = {}): RouteGuard {
  const { access, site, log = new RememberingLog(), made = new MadeClasses(), pages, ...others } = parts;
  const { events = new SecurityEvents(), ...options } = others;
  const checker = parts.checker ?? made.during(() => new AccessChecker(new AccessConfig(access)));
  const config = new GuardConfig({ ...options, protect }, site);
  const load = pages && (async (route: string) => pages[route]);
  const routes = async () => Object.keys(pages ?? {});
  return made.during(
    () => new RouteGuard(new AccessRules(config), new PageGuards(load, true, routes), checker, config, log, events),
  );
}
