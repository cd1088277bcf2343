import type { StandardSchemaV1 } from '@standard-schema/spec';
import { InvalidSessionDataError } from '../errors.js';
import { thawed } from './frozen-value.js';
import { onOneLine } from './printable.js';
import { explainIssue } from './schema-issue.js';
import type { SessionDataOptions } from './session-data.js';
import type { FittedValues } from './session-record.js';
import { assertStorable } from './session-record.js';

type Values = Readonly<Record<string, unknown>>;
type Stored = ReadonlyMap<string, unknown>;
type Issues = readonly StandardSchemaV1.Issue[];

type Checked = { readonly output: Stored } | { readonly issues: Issues };

/**
 * Checks and migrates the values of sessions with the application's schema. Without a schema every session is valid.
 */
export class SessionSchema {
  readonly #options: SessionDataOptions | undefined;
  #report = (line: string): void => console.warn(`[astro-gatehouse] ${line}`);

  constructor(options?: SessionDataOptions) {
    this.#options = options;
  }

  /** True when there is a schema; otherwise nothing is checked. */
  get isOn(): boolean {
    return this.#options !== undefined;
  }

  /**
   * Applies the schema to stored values, and migrates them if they do not match. @returns The values to use;
   * `undefined` for a session that must be dropped, which is logged.
   */
  async fit(stored: Stored): Promise<FittedValues | undefined> {
    const first = await this.#check(stored);
    if ('output' in first) return { shown: first.output };
    const migrated = await this.#migrated(stored, first.issues);
    const second = migrated && (await this.#check(migrated));
    if (second && 'output' in second) return { shown: second.output, migrated };
    const [key, issue] = explainIssue((second ?? first).issues);
    const after = second ? ' after sessionData.migrate' : '';
    this.tell(`A stored session was dropped: ${key} does not match sessionData.schema${after} (${issue}).`);
    return undefined;
  }

  /** Applies the schema without migrating, dropping or logging. Values that do not match stay as they are. @internal */
  async glance(stored: Stored): Promise<FittedValues> {
    const checked = await this.#check(stored);
    return { shown: 'output' in checked ? checked.output : stored };
  }

  /**
   * Checks values before they are stored. @throws {InvalidSessionDataError} When the next request would reject them.
   */
  async assertFits(values: Stored): Promise<void> {
    const checked = await this.#check(values);
    if ('issues' in checked) throw new InvalidSessionDataError(...explainIssue(checked.issues));
  }

  /** Sets the function that logs. Default: the console. */
  reportTo(report: (line: string) => void): void {
    this.#report = report;
  }

  tell(line: string): void {
    this.#report(onOneLine(line));
  }

  /** Validates values. Keys that the result does not have stay unchanged. An empty session is not validated. */
  async #check(stored: Stored): Promise<Checked> {
    if (stored.size === 0 || !this.#options) return { output: stored };
    const result = await this.#options.schema['~standard'].validate(Object.fromEntries(stored));
    if (result.issues) return { issues: result.issues };
    const output = new Map(stored);
    for (const [key, value] of Object.entries(asValues(result.value))) {
      // A default must not sign anybody in, and stores list sessions by the stored userId.
      if (key === 'userId') continue;
      if (value === undefined) output.delete(key);
      else output.set(key, value);
    }
    return { output };
  }

  async #migrated(stored: Stored, issues: Issues): Promise<Stored | undefined> {
    const { migrate } = this.#options ?? {};
    if (!migrate) return undefined;
    try {
      const own = [...stored].map(([key, value]) => [key, thawed(value)]);
      const made = await migrate(Object.fromEntries(own), issues);
      if (made === undefined) return undefined;
      assertStorable(asValues(made));
      return new Map(Object.entries(made).filter(([, value]) => value !== undefined));
    } catch (error) {
      // The message is left out because it may contain session data.
      this.tell(`sessionData.migrate threw (${error instanceof Error ? error.name : typeof error}).`);
      return undefined;
    }
  }
}

function asValues(given: unknown): Values {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given as Values;
  throw new TypeError('The schema and sessionData.migrate must return an object: the values of a session by key.');
}
