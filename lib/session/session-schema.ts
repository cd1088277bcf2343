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

/** Whether sessions fit what the application expects of them. Without a schema all do. */
export class SessionSchema {
  readonly #options: SessionDataOptions | undefined;
  #report = (line: string): void => console.warn(`[astro-gatehouse] ${line}`);

  constructor(options?: SessionDataOptions) {
    this.#options = options;
  }

  /** Whether there is a schema at all: otherwise nothing is asked. */
  get isOn(): boolean {
    return this.#options !== undefined;
  }

  /** @returns What to go on with; `undefined` for a session that is to be dropped, about which there is a line in the log. */
  async fit(stored: Stored): Promise<FittedValues | undefined> {
    const first = await this.#check(stored);
    if ('output' in first) return { shown: first.output };
    const migrated = await this.#migrated(stored, first.issues);
    const second = migrated && (await this.#check(migrated));
    if (second && 'output' in second) return { shown: second.output, migrated };
    const [key, issue] = explainIssue((second ?? first).issues);
    const after = second ? 'does not fit after sessionData.migrate' : 'does not fit';
    this.tell(`A stored session was dropped: ${key} ${after}, ${issue}.`);
    return undefined;
  }

  /** For somebody who only looks: nothing is migrated, dropped or told of. What does not fit stays as it is. @internal */
  async glance(stored: Stored): Promise<FittedValues> {
    const checked = await this.#check(stored);
    return { shown: 'output' in checked ? checked.output : stored };
  }

  /** @throws {InvalidSessionDataError} For values that the next request would not find fit. */
  async assertFits(values: Stored): Promise<void> {
    const checked = await this.#check(values);
    if ('issues' in checked) throw new InvalidSessionDataError(...explainIssue(checked.issues));
  }

  /** Where lines for the log go. Default: the console. */
  reportTo(report: (line: string) => void): void {
    this.#report = report;
  }

  tell(line: string): void {
    this.#report(onOneLine(line));
  }

  /** What the schema does not name stays as it is, and so does a session of messages alone. */
  async #check(stored: Stored): Promise<Checked> {
    if (stored.size === 0 || !this.#options) return { output: stored };
    const result = await this.#options.schema['~standard'].validate(Object.fromEntries(stored));
    if (result.issues) return { issues: result.issues };
    const output = new Map(stored);
    for (const [key, value] of Object.entries(asValues(result.value))) {
      // A default signs nobody in, and stores list and revoke by what is stored.
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
      // Not its message, which may well hold what is in the session.
      this.tell(`sessionData.migrate threw (${error instanceof Error ? error.name : typeof error}).`);
      return undefined;
    }
  }
}

function asValues(given: unknown): Values {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given as Values;
  throw new TypeError('It must be about an object, and give one: the values of a session by their keys.');
}
