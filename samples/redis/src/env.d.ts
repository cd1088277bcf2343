declare namespace App {
  interface SessionData {
    name: string;
    /** How many of each. */
    basket: Record<string, number>;
  }
}
