import type { StandardSchemaV1 } from '@standard-schema/spec';
import { thawed } from '../base/frozen-value.js';
import { onOneLine } from '../base/text.js';
import { InvalidSessionDataError } from '../errors/index.js';
import { assertStorable, type FittedValues } from './record/session-record.js';

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
    this.log(`A stored session was dropped: ${key} does not match sessionData.schema${after} (${issue}).`);
    return undefined;
  }

  /** Applies the schema without migrating, dropping or logging. Values that do not match stay as they are. */
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

  log(line: string): void {
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
      this.log(`sessionData.migrate threw (${error instanceof Error ? error.name : typeof error}).`);
      return undefined;
    }
  }
}

function asValues(given: unknown): Values {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given as Values;
  throw new TypeError('The schema and sessionData.migrate must return an object: the values of a session by key.');
}

/**
 * Describes the first issue of a session's values: its key, and the expected type. Leaves out the issue's message,
 * into which many libraries put the value, and the rest of its path, which may consist of values.
 */
export function explainIssue([issue]: readonly StandardSchemaV1.Issue[]): [key: string, issue: string] {
  const [first] = issue?.path ?? [];
  const key = typeof first === 'object' ? first.key : first;
  const { expected, code, type } = (issue ?? {}) as { expected?: unknown; code?: unknown; type?: unknown };
  const kind = [code, type].find((word) => typeof word === 'string') ?? 'no other reason given';
  const what = typeof expected === 'string' ? `expected ${expected}` : `refused by its schema (${kind})`;
  return [key === undefined ? 'the session as a whole' : `"${String(key)}"`, what];
}

declare global {
  namespace App {
    /** Types the keys of `locals.session`. Astro's own sessions use the same interface. */
    interface SessionData {}
  }
}

/** A key of the session's data, or any other string. */
export type SessionKey<Data extends object> = (keyof Data & string) | (string & {});
/** The type of a key's value: typed if the session's data declares it, otherwise unknown. */
export type SessionValue<Data extends object, Key> = Key extends keyof Data ? Data[Key] : unknown;
/** A key whose value is a number, or is not declared. */
export type NumberKey<Data extends object, Key> = KeyOf<Data, Key, number>;
/** A key whose value is a list, or is not declared. */
export type ListKey<Data extends object, Key> = KeyOf<Data, Key, readonly unknown[]>;
/** The type of the items in a key's list: typed if the session's data declares it, otherwise unknown. */
export type SessionItem<Data extends object, Key> = Key extends keyof Data
  ? NonNullable<Data[Key]> extends readonly (infer Item)[]
    ? Item
    : never
  : unknown;
type KeyOf<Data extends object, Key, Kind> = Key extends keyof Data
  ? NonNullable<Data[Key]> extends Kind
    ? Key
    : never
  : Key;
/** All values of a session. */
export type SessionContents<Data extends object = App.SessionData> = Partial<Data> & Record<string, unknown>;

type Made = Readonly<Record<string, unknown>> | undefined;

/** Options for checking the values of sessions at run time. */
export interface SessionDataOptions {
  /** A schema of Zod, Valibot, ArkType or another library that follows https://standardschema.dev. */
  schema: StandardSchemaV1;
  /**
   * Converts values that do not match the schema into values that do. Receives and returns all values, including
   * those that describe the visitor. A session for which it returns nothing, or throws, is dropped.
   */
  migrate?:
    | ((values: Record<string, unknown>, issues: readonly StandardSchemaV1.Issue[]) => Made | Promise<Made>)
    | undefined;
}
