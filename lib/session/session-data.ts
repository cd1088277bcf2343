import type { StandardSchemaV1 } from '@standard-schema/spec';

declare global {
  namespace App {
    /** Types the keys of `locals.session`. Astro's own sessions use the same interface. */
    interface SessionData {}
  }
}

/** A key of the session's data, or any other text. */
export type SessionKey<Data extends object> = (keyof Data & string) | (string & {});
/** What a key holds: typed where the data says so, otherwise unknown. */
export type SessionValue<Data extends object, Key> = Key extends keyof Data ? Data[Key] : unknown;
/** Every value of a session. */
export type SessionContents<Data extends object = App.SessionData> = Partial<Data> & Record<string, unknown>;

type Made = Readonly<Record<string, unknown>> | undefined;

/** What is known of a session's values while the server runs. */
export interface SessionDataOptions {
  /** Of Zod, Valibot, ArkType or whatever else follows https://standardschema.dev. */
  schema: StandardSchemaV1;
  /**
   * Makes of values that do not fit others that do: all of them, those that say who the visitor is included. A session of
   * which it makes none is dropped, and so is one for which it throws.
   */
  migrate?:
    | ((values: Record<string, unknown>, issues: readonly StandardSchemaV1.Issue[]) => Made | Promise<Made>)
    | undefined;
}
