import type { StandardSchemaV1 } from '@standard-schema/spec';

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
