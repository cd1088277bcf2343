declare namespace App {
  interface SessionData {
    /** The ID token of the provider, by which it knows whom to sign out. */
    idToken: string;
  }
}
