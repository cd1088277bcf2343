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
